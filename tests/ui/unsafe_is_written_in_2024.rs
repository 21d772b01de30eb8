//@ edition: 2024
extern "C" { //~ ERROR extern blocks must be unsafe
    fn abs(x: i32) -> i32;
}

unsafe extern "C" {
    safe fn labs(x: i64) -> i64;
}

#[no_mangle] //~ ERROR unsafe attribute used without unsafe
pub extern "C" fn exported() {}

#[unsafe(no_mangle)]
pub extern "C" fn exported_too() {}

#[export_name = "other"] //~ ERROR unsafe attribute used without unsafe
pub fn named() {}

extern "sea" fn odd() {} //~ E0703

fn main() {}
