extern "C" {
    fn putchar(c: i32) -> i32;
}

fn print_number(n: u32) {
    if n >= 10 {
        print_number(n / 10);
    }
    unsafe {
        putchar('0' as i32 + (n % 10) as i32);
    }
}

fn newline() {
    unsafe {
        putchar(10);
    }
}

fn main() {
    print_number(0);
    newline();
    print_number(1234567890);
    newline();
    print_number(u32::MAX);
    newline();
}
