// Library functions that take closures, move values and unwind, as they are when lowered in place of calls.
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::panic::{catch_unwind, set_hook, take_hook, AssertUnwindSafe, Location};

#[derive(Debug, Clone, PartialEq)]
struct Big {
    name: String,
    numbers: [u64; 6],
}

struct Noisy(&'static str);
impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn big(name: &str) -> Big {
    Big { name: name.to_string(), numbers: [1, 2, 3, 4, 5, 6] }
}

// Changes what it was given: the caller must not see it in another value.
fn changed(mut b: Big) -> Big {
    b.numbers[0] += 100;
    b.name.push('!');
    b
}

fn changed_copy(mut numbers: [u64; 6]) -> u64 {
    numbers[1] = 70;
    numbers.iter().sum()
}

#[track_caller]
fn where_from() -> u32 {
    Location::caller().line()
}

fn locations() {
    let lines: Vec<u32> = (0..2).map(|_| where_from()).collect();
    println!("{:?} {}", lines, Some(3).map_or(0, |_| where_from()));
}

fn panics_at(f: impl FnOnce()) -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static LINE: AtomicU32 = AtomicU32::new(0);
    let before = take_hook();
    set_hook(Box::new(|info| LINE.store(info.location().unwrap().line(), Ordering::SeqCst)));
    let failed = catch_unwind(AssertUnwindSafe(f)).is_err();
    set_hook(before);
    assert!(failed);
    LINE.load(Ordering::SeqCst)
}

fn unwinding() {
    let line = panics_at(|| {
        let _outer = Noisy("outer");
        let items = vec![Noisy("one"), Noisy("two"), Noisy("three")];
        let mut count = 0;
        let kept: Vec<Noisy> = items
            .into_iter()
            .map(|item| {
                count += 1;
                if count == 2 {
                    panic!("second");
                }
                item
            })
            .collect();
        println!("not reached {}", kept.len());
    });
    println!("line {line}");
    println!("line {}", panics_at(|| drop(None::<u8>.unwrap())));
    println!("line {}", panics_at(|| drop(Err::<u8, _>(Noisy("error")).map_err(|e| e.0).unwrap())));
    let v = vec![1, 2, 3];
    println!("line {}", panics_at(|| drop(v[v.len()])));
    println!("line {}", panics_at(|| drop(&v[2..1])));
    println!("line {}", panics_at(|| drop("a\u{e4}"[..2].len())));
    println!("line {}", panics_at(|| drop(std::cell::RefCell::new(1).try_borrow_mut().map(|_| v[9]))));
}

fn moves() {
    let first = big("first");
    let copy = first.clone();
    let second = changed(first);
    println!("{} {} {}", copy.numbers[0], second.numbers[0], second.name);
    let mut third = second;
    for _ in 0..3 {
        third = changed(third);
    }
    println!("{} {}", third.numbers[0], third.name);
    let numbers = third.numbers;
    println!("{} {}", changed_copy(numbers), numbers[1]);
    let mut slot = Some(third);
    let taken = slot.take().map(changed).unwrap_or_else(|| big("none"));
    println!("{:?} {}", slot, taken.name);
    let mut a = big("a");
    let old = std::mem::replace(&mut a, big("b"));
    std::mem::swap(&mut a, &mut slot.get_or_insert(old));
    println!("{} {}", a.name, slot.as_ref().unwrap().name);
    let boxed: Box<Big> = Box::new(changed(a));
    println!("{}", changed(*boxed).name);
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    Nothing,
    Dot(u32),
    Sign(bool),
    Wide(u64),
}

fn shapes(n: u32) -> Shape {
    match n % 4 {
        0 => Shape::Nothing,
        1 => Shape::Dot(n),
        2 => Shape::Sign(n > 2),
        _ => Shape::Wide(n as u64 * 1_000_000_007),
    }
}

fn enums() {
    let all: Vec<Shape> = (0..6).map(shapes).collect();
    println!("{:?}", all);
    let nested: Vec<Option<Option<bool>>> = (0..4).map(|n| (n > 0).then(|| (n > 1).then_some(n > 2))).collect();
    println!("{:?}", nested);
    let results: Vec<Result<u8, char>> = (0..3).map(|n| if n == 1 { Err('x') } else { Ok(n) }).collect();
    println!("{:?} {:?}", results, results.iter().cloned().collect::<Result<Vec<u8>, char>>());
    let orderings: Vec<_> = [1.5f64, f64::NAN, -1.0].iter().map(|x| x.partial_cmp(&0.0)).collect();
    println!("{:?}", orderings);
    let floats: Vec<Option<f32>> = vec![Some(-0.0), None, Some(2.5)];
    println!("{:?} {:?}", floats, floats.iter().flatten().copied().fold(0.0, f32::max));
}

fn collections() {
    let mut map: HashMap<String, Vec<usize>> = HashMap::new();
    for (i, word) in "one two one three two one".split(' ').enumerate() {
        map.entry(word.to_string()).or_default().push(i);
    }
    let sorted: BTreeMap<_, _> = map.into_iter().filter(|(_, at)| at.len() > 1).collect();
    println!("{:?}", sorted);
    let mut queue: VecDeque<Noisy> = VecDeque::new();
    queue.push_back(Noisy("back"));
    queue.push_front(Noisy("front"));
    queue.rotate_left(1);
    drop(queue.pop_front());
    println!("{}", queue.len());
    let mut words = vec!["pear", "fig", "apple", "kiwi"];
    words.sort_by_key(|w| std::cmp::Reverse(w.len()));
    words.retain(|w| w.len() != 4);
    words.dedup_by(|a, b| a.len() == b.len());
    println!("{:?} {:?}", words, words.iter().rev().zip(1..).last());
    let chunks: Vec<u32> = [1u32, 2, 3, 4, 5].chunks(2).map(|c| c.iter().product()).collect();
    println!("{:?} {:?}", chunks, chunks.iter().position(|&c| c == 12));
}

fn depth(n: u32, v: &mut Vec<u32>) -> u32 {
    v.push(n);
    let deeper = if n == 0 { 0 } else { depth(n - 1, v) };
    deeper + v.iter().rev().take(2).copied().max().unwrap_or(0) % 3
}

fn main() {
    locations();
    unwinding();
    moves();
    enums();
    collections();
    println!("{}", depth(3000, &mut Vec::new()));
}
