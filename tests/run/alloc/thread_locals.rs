use std::cell::{Cell, RefCell};

thread_local! {
    static WORDS: RefCell<Vec<&'static str>> = RefCell::new(vec!["start"]);
    static NUMBER: Cell<u32> = const { Cell::new(7) };
}

fn main() {
    WORDS.with(|words| words.borrow_mut().push("main"));
    std::thread::spawn(|| {
        WORDS.with(|words| words.borrow_mut().push("other"));
        WORDS.with_borrow(|words| println!("{words:?}"));
        println!("{}", NUMBER.replace(1));
    })
    .join()
    .unwrap();
    NUMBER.set(NUMBER.get() + 1);
    WORDS.with_borrow(|words| println!("{words:?}"));
    println!("{}", NUMBER.get());
}
