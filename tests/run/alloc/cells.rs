use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

fn main() {
    let c = Cell::new(5);
    c.set(c.get() + 1);
    println!("{} {}", c.replace(0), c.take());
    let r = RefCell::new(vec![1]);
    r.borrow_mut().push(2);
    println!("{:?} {}", r.borrow(), r.try_borrow_mut().is_ok());
    let shared = Rc::new(RefCell::new(0));
    let other = Rc::clone(&shared);
    *other.borrow_mut() += 3;
    println!("{} {}", shared.borrow(), Rc::ptr_eq(&shared, &other));
    let once = OnceCell::new();
    println!("{} {}", once.get_or_init(|| 8), once.get_or_init(|| 9));
    let m = Arc::new(Mutex::new(1));
    *m.lock().unwrap() *= 10;
    println!("{}", m.lock().unwrap());
}
