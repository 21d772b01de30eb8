use std::ffi::{c_char, c_int};

extern "C" {
    fn printf(format: *const c_char, ...) -> c_int;
}

fn show(a: i64, b: i64) {
    unsafe {
        printf(c"%ld %ld %ld %ld %ld\n".as_ptr(), a + b, a - b, a * b, a / b, a % b);
    }
}

fn main() {
    show(7, 3);
    show(-7, 3);
    show(7, -3);
    show(-7, -3);
    unsafe {
        printf(c"%.3f %.1f\n".as_ptr(), 1.5f64 * 3.25, -(2.0f64));
    }
}
