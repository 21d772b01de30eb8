//@ only: build
// Functions and statics that other objects may name are there although nothing reaches them: in
// modules, in impls, and in the blocks of bodies.
mod inner {
    #[no_mangle]
    pub extern "C" fn exported_plain(x: i32) -> i32 {
        fn unused() {
            #[no_mangle]
            extern "C" fn exported_in_a_block() -> i32 {
                7
            }
        }
        x + 1
    }
    pub struct S;
    impl S {
        #[export_name = "exported_of_an_impl"]
        pub extern "C" fn named(x: i32) -> i32 {
            x * 10
        }
    }
    #[no_mangle]
    pub static EXPORTED_STATIC: i32 = 42;
}

extern "C" {
    fn exported_plain(x: i32) -> i32;
    fn exported_in_a_block() -> i32;
    fn exported_of_an_impl(x: i32) -> i32;
    static EXPORTED_STATIC: i32;
}

fn main() {
    unsafe {
        println!("{} {} {} {}", exported_plain(4), exported_in_a_block(), exported_of_an_impl(5), EXPORTED_STATIC);
    }
}
