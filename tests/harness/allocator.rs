use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
struct Counting;
static COUNT: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static A: Counting = Counting;

fn main() {}

#[test]
fn the_allocator_is_the_programs() {
    let before = COUNT.load(Ordering::Relaxed);
    drop(vec![1, 2, 3]);
    assert!(COUNT.load(Ordering::Relaxed) > before);
}

#[test]
fn outer() {
    #[test]
    fn is_not_run() {
        panic!();
    }
}
