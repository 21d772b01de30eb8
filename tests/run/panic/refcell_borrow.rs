//@ exit: 101
//@ stderr-contains: already borrowed
use std::cell::RefCell;

fn main() {
    let c = RefCell::new(1);
    let _a = c.borrow();
    let _b = c.borrow_mut();
}
