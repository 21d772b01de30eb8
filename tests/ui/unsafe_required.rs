extern "C" {
    fn abs(x: i32) -> i32;
}

unsafe fn danger() {}

fn main() {
    danger(); //~ E0133
    let p = &1 as *const i32;
    println!("{}", *p); //~ E0133
    unsafe { abs(1) };
}
