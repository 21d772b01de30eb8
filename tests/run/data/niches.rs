use std::mem::size_of;
use std::num::NonZeroU32;

#[allow(dead_code)]
enum Three {
    A(bool),
    B,
    C,
}

fn main() {
    println!("{} {}", size_of::<Option<&u8>>(), size_of::<Option<Box<i32>>>());
    println!("{} {}", size_of::<Option<bool>>(), size_of::<Option<Option<bool>>>());
    println!("{} {}", size_of::<Option<char>>(), size_of::<Option<NonZeroU32>>());
    println!("{} {}", size_of::<Option<String>>(), size_of::<Option<&str>>());
    println!("{} {}", size_of::<Three>(), size_of::<Option<Three>>());
    println!("{} {}", size_of::<Option<u8>>(), size_of::<Option<std::cmp::Ordering>>());
    println!("{} {}", size_of::<Result<u32, ()>>(), size_of::<Option<fn()>>());

    let nested: [Option<Option<bool>>; 4] = [None, Some(None), Some(Some(false)), Some(Some(true))];
    for value in nested {
        match value {
            None => print!("none "),
            Some(None) => print!("some-none "),
            Some(Some(b)) => print!("{b} "),
        }
    }
    let number = 5;
    let refs = [Some(&number), None];
    println!("{:?} {:?}", refs, Some(Three::B).is_some());
    let boxes = [None, Some(Box::new(3))];
    println!("{}", boxes.iter().flatten().map(|b| **b).sum::<i32>());
}
