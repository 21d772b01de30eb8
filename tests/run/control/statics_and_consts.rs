use std::sync::atomic::{AtomicU32, Ordering};

const SIZES: [usize; 3] = [1, 2, 3];
const TOTAL: usize = sum(&SIZES);
static COUNTER: AtomicU32 = AtomicU32::new(5);
static NAMES: &[&str] = &["a", "b"];
static mut RAW: i32 = 7;

const fn sum(items: &[usize]) -> usize {
    let mut total = 0;
    let mut i = 0;
    while i < items.len() {
        total += items[i];
        i += 1;
    }
    total
}

fn main() {
    let array = [0u8; TOTAL];
    COUNTER.fetch_add(array.len() as u32, Ordering::Relaxed);
    unsafe {
        RAW += 1;
        let raw = RAW;
        println!("{} {} {} {raw}", array.len(), COUNTER.load(Ordering::Relaxed), NAMES[1]);
    }
}
