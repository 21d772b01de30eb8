use std::cell::{Cell, RefCell};
use std::sync::Mutex;

static A: RefCell<i32> = RefCell::new(1); //~ E0277
static B: *const i32 = std::ptr::null(); //~ E0277
static C: Mutex<Cell<i32>> = Mutex::new(Cell::new(1));
static D: Option<&Cell<i32>> = None; //~ E0277
static mut E: Cell<i32> = Cell::new(1);

thread_local! {
    static F: Cell<i32> = const { Cell::new(1) };
}

fn main() {
    static G: &[fn(&Cell<i32>)] = &[];
}
