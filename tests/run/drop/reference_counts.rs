struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

use std::cell::RefCell;
use std::rc::{Rc, Weak};

struct Node {
    guard: Guard,
    parent: RefCell<Weak<Node>>,
    children: RefCell<Vec<Rc<Node>>>,
}

fn node(name: &'static str) -> Rc<Node> {
    Rc::new(Node { guard: Guard(name), parent: RefCell::default(), children: RefCell::default() })
}

fn main() {
    let root = node("root");
    let leaf = node("leaf");
    *leaf.parent.borrow_mut() = Rc::downgrade(&root);
    root.children.borrow_mut().push(leaf.clone());
    println!("{} {}", Rc::strong_count(&leaf), Rc::weak_count(&root));
    println!("{}", leaf.parent.borrow().upgrade().unwrap().guard.0);
    drop(root);
    println!("{} {}", Rc::strong_count(&leaf), leaf.parent.borrow().upgrade().is_none());
}
