// Functions of the C library's static part are found too.
extern "C" {
    fn atexit(handler: extern "C" fn()) -> i32;
}

extern "C" fn first() {
    println!("registered first, runs last");
}

extern "C" fn second() {
    println!("registered second");
}

fn main() {
    unsafe {
        atexit(first);
        atexit(second);
    }
    println!("main ends");
}
