use std::sync::{mpsc, Arc, Mutex};
use std::thread;

fn main() {
    let total = Arc::new(Mutex::new(0));
    let handles: Vec<_> = (1..=4)
        .map(|n| {
            let total = Arc::clone(&total);
            thread::spawn(move || {
                *total.lock().unwrap() += n;
                n * n
            })
        })
        .collect();
    let squares: Vec<i32> = handles.into_iter().map(|h| h.join().unwrap()).collect();
    println!("{} {:?}", total.lock().unwrap(), squares);
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        for i in 0..3 {
            send.send(i).unwrap();
        }
    });
    println!("{:?}", receive.iter().collect::<Vec<i32>>());
    let mut data = vec![1, 2, 3];
    thread::scope(|s| {
        s.spawn(|| data.push(4));
    });
    println!("{:?}", data);
}
