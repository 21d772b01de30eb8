//@ args: --test-threads=4
use std::sync::{Arc, Mutex};
fn main() {}
#[test]
fn spawns() {
    let total = Arc::new(Mutex::new(0));
    let workers: Vec<_> = (0..4)
        .map(|n| {
            let total = Arc::clone(&total);
            std::thread::spawn(move || *total.lock().unwrap() += n)
        })
        .collect();
    for worker in workers {
        worker.join().unwrap();
    }
    assert_eq!(*total.lock().unwrap(), 6);
}
#[test]
fn many() {
    assert_eq!((0..1000).map(|x| x.to_string().len()).sum::<usize>(), 2890);
}
