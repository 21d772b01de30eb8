//@ stderr-contains: number 5
use std::panic;

fn main() {
    let caught = panic::catch_unwind(|| {
        if std::env::args().count() > 0 {
            panic!("number {}", 5);
        }
        1
    });
    let payload = caught.unwrap_err();
    println!("{:?}", payload.downcast_ref::<String>());
    let caught = panic::catch_unwind(|| panic!("static"));
    println!("{:?}", caught.unwrap_err().downcast_ref::<&str>());
    println!("{:?}", panic::catch_unwind(|| 7).ok());
    let any = panic::catch_unwind(|| panic::panic_any(42u8)).unwrap_err();
    println!("{:?}", any.downcast_ref::<u8>());
}
