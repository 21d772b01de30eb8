//@ stderr-contains: thread 'worker'
//@ stderr-contains: in the thread
use std::thread;

fn main() {
    let handle = thread::Builder::new().name("worker".into()).spawn(|| panic!("in the thread")).unwrap();
    println!("{}", handle.join().is_err());
}
