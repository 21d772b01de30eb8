extern "C" {
    fn write(fd: i32, bytes: *const u8, len: usize) -> isize;
}

fn put(text: &str) {
    unsafe {
        write(1, text.as_ptr(), text.len());
    }
}

fn main() {
    put("first\n");
    let words = ["one ", "two ", "three\n"];
    let mut i = 0;
    while i < words.len() {
        put(words[i]);
        i += 1;
    }
}
