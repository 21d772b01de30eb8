extern "C" {
    fn putchar(c: i32) -> i32;
}

struct Guard(u8);

impl Drop for Guard {
    fn drop(&mut self) {
        unsafe {
            putchar(self.0 as i32);
        }
    }
}

fn pass(g: Guard) -> Guard {
    let _local = Guard(b'l');
    g
}

fn main() {
    let _a = Guard(b'a');
    let b = Guard(b'b');
    {
        let _c = Guard(b'c');
    }
    let _d = pass(b);
    let late;
    if _d.0 == b'b' {
        late = Guard(b'y');
    } else {
        return;
    }
    let mut slot = Guard(b'1');
    slot = Guard(b'2');
    drop(late);
    let _ = &slot;
}
