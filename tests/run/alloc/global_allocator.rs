use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(1, Relaxed);
        BYTES.fetch_add(layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(1, Relaxed);
        BYTES.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let (live, bytes) = (LIVE.load(Relaxed), BYTES.load(Relaxed));
    let mut boxes: Vec<Box<i32>> = Vec::with_capacity(10);
    boxes.extend((0..10).map(Box::new));
    println!("{} {}", LIVE.load(Relaxed) - live, BYTES.load(Relaxed) - bytes);
    boxes.reserve_exact(20); // the default realloc
    println!("{} {}", LIVE.load(Relaxed) - live, BYTES.load(Relaxed) - bytes);
    drop(boxes);
    println!("{} {}", LIVE.load(Relaxed) - live, BYTES.load(Relaxed) - bytes);
}
