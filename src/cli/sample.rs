// What ordinary programs use of the standard library. It is never run: it is compiled when the
// library image is made, and what the library's own functions gave rise to goes into the image
// (cli/library.c). It decides nothing but speed. What programs need beyond it is added later.
use std::cell::{Cell, RefCell};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};
use std::error::Error;
use std::fmt::{self, Debug, Display, Write as _};
use std::io::{self, BufRead, Read, Write};
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering as Atomic};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, OnceLock, RwLock};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
struct Point {
    x: f64,
    y: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Shape {
    Empty,
    Named(String),
    Sized { width: u32, height: u32 },
}

#[derive(Debug)]
enum Failure {
    Parse(std::num::ParseIntError),
    Io(io::Error),
    Other(String),
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Parse(e) => write!(f, "parse: {e}"),
            Failure::Io(e) => write!(f, "io: {e}"),
            Failure::Other(text) => f.write_str(text),
        }
    }
}
impl Error for Failure {}
impl From<std::num::ParseIntError> for Failure {
    fn from(e: std::num::ParseIntError) -> Self {
        Failure::Parse(e)
    }
}
impl From<io::Error> for Failure {
    fn from(e: io::Error) -> Self {
        Failure::Io(e)
    }
}

fn numbers() -> Result<u64, Failure> {
    let parsed: i32 = "12".trim().parse()?;
    let wide: u64 = "34".parse()?;
    let index = "5".parse::<usize>()?;
    let mut v = vec![3, 1, 2, parsed];
    v.push(7);
    v.extend_from_slice(&[1, 2]);
    v.extend(vec![4, 5]);
    v.insert(0, 9);
    v.sort();
    v.sort_unstable();
    v.sort_by(|a, b| b.cmp(a));
    v.sort_by_key(|x| Reverse(*x));
    v.dedup();
    v.retain(|x| *x != 3);
    v.reverse();
    v.truncate(10);
    v.swap(0, 1);
    let removed = v.remove(0) + v.pop().unwrap_or(0) + v.drain(..1).sum::<i32>();
    let total: i32 = v.iter().sum();
    let product: i64 = v.iter().map(|&x| i64::from(x)).product();
    let largest = v.iter().copied().max().unwrap_or_default();
    let smallest = v.iter().min().copied().unwrap_or(i32::MAX);
    let evens: Vec<i32> = v.iter().filter(|x| **x % 2 == 0).cloned().collect();
    let pairs: Vec<(usize, i32)> = v.iter().copied().enumerate().collect();
    let zipped: Vec<(i32, i32)> = v.iter().copied().zip(evens.iter().copied()).collect();
    let windows = v.windows(2).filter(|w| w[0] < w[1]).count() + v.chunks(3).count();
    let flat: Vec<i32> = (0..3).flat_map(|i| vec![i; 2]).rev().skip(1).step_by(2).take(4).collect();
    let folded = (1..=10u64).fold(0u64, |a, b| a.wrapping_mul(31).wrapping_add(b));
    let any = v.iter().any(|x| *x > 3) && v.iter().all(|x| *x < 100) && v.contains(&3);
    let position = v.iter().position(|x| *x == 4).or(v.binary_search(&3).ok());
    let mut grid = vec![vec![0u8; 4]; 4];
    grid[1][2] = 7;
    let sums: Vec<u32> = grid.iter().map(|row| row.iter().map(|b| u32::from(*b)).sum()).collect();
    let floats = vec![1.5f64, 2.5];
    let mean = floats.iter().sum::<f64>() / floats.len() as f64;
    let farthest = floats.iter().cloned().fold(f64::MIN, f64::max).sqrt().powi(2).floor();
    let (left, right) = v.split_at(v.len() / 2);
    let joined = [left, right].concat();
    let slices = (v.first(), v.last(), v.get(1), v.iter().rev().next(), v.to_vec());
    println!("{total} {product} {largest} {smallest} {removed} {windows} {any} {position:?}");
    println!("{evens:?} {pairs:?} {zipped:?} {flat:?} {sums:?} {mean:.2} {farthest} {joined:?}");
    println!("{slices:?} {grid:?} {floats:?} {:?}", 5u32.checked_sub(6).ok_or("less"));
    println!("{:>8} {:<8} {:^8} {:08.3} {:#x} {:#?}", 1, "a", 'c', 2.5, 255, (1, "b"));
    println!("{:5}|{:+}|{:e}|{:b}|{:02}|{:*^9}|{2:1$}", 1u8, 2usize, 1e9, 5i64, 7u32, "mid");
    Ok(folded + wide + index as u64 + u64::from(u32::MAX).pow(1) + i64::abs(-3) as u64)
}

fn texts() -> String {
    let mut s = String::from("alpha beta");
    s.push_str(" gamma");
    s.push('!');
    s += "tail";
    s.insert(0, '>');
    s.insert_str(1, "> ");
    let upper = s.to_uppercase() + &s.to_lowercase() + &s.to_ascii_uppercase();
    let words: Vec<&str> = s.split_whitespace().collect();
    let owned: Vec<String> = words.iter().map(|w| w.to_string()).collect();
    let parts: Vec<&str> = "a,b,c".split(',').map(|p| p.trim()).collect();
    let lines: Vec<String> = "x\ny".lines().map(str::to_owned).collect();
    let reversed: String = s.chars().rev().filter(|c| c.is_alphanumeric()).collect();
    let digits: u32 = s.chars().filter_map(|c| c.to_digit(10)).sum();
    let bytes: Vec<u8> = s.bytes().map(|b| b.wrapping_add(1)).collect();
    let found = (s.find("beta"), s.find('!'), s.contains("gamma"), s.starts_with(">"), s.len());
    let (key, value) = "key=value".split_once('=').unwrap_or(("", ""));
    let replaced = s.replace("alpha", "omega").repeat(2);
    let indexed: Vec<(usize, char)> = s.char_indices().collect();
    let utf8 = String::from_utf8_lossy(&bytes).into_owned();
    let checked = String::from_utf8(vec![104, 105]).unwrap_or_default();
    let mut out = String::with_capacity(16);
    let _ = write!(out, "{key}:{value}");
    let _ = writeln!(out, "{replaced} {:?} {}", s.as_bytes().len(), s.is_empty());
    println!("{s} {upper} {owned:?} {parts:?} {lines:?} {reversed} {digits} {found:?} {indexed:?}");
    println!("{} {} {utf8} {checked} {:?}", words.join(", "), owned.concat(), s.pop());
    format!("{out}{:?}{}", s.trim_end_matches('!').strip_prefix(">"), s.cmp(&out) == Ordering::Less)
}

fn maps() -> usize {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for word in ["a", "b", "a"] {
        *counts.entry(word.to_string()).or_insert(0) += 1;
        counts.entry(word.to_string()).and_modify(|n| *n += 1).or_default();
    }
    let mut by_number: HashMap<u32, String> = HashMap::with_capacity(4);
    by_number.insert(1, "one".to_string());
    let mut by_name: HashMap<&str, i32> = HashMap::from([("x", 1), ("y", 2)]);
    by_name.insert("z", 3);
    let mut ids: HashMap<usize, Vec<usize>> = HashMap::new();
    ids.entry(1).or_insert_with(Vec::new).push(2);
    let mut scores: HashMap<u64, u64> = (0..4u64).map(|i| (i, i * i)).collect();
    scores.remove(&2);
    if let Some(n) = scores.get_mut(&3) {
        *n += 1;
    }
    let mut sorted: Vec<_> = counts.iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let mut tree: BTreeMap<String, i32> = BTreeMap::new();
    tree.insert("k".to_string(), 1);
    *tree.entry("m".to_string()).or_insert(0) += 2;
    let mut ordered: BTreeMap<u32, u32> = (0..9).map(|i| (i, i * 2)).collect();
    ordered.remove(&3);
    let range: Vec<_> = ordered.range(2..5).map(|(k, v)| k + v).collect();
    let mut set: HashSet<i32> = [1, 2, 3].into_iter().collect();
    set.insert(4);
    let other: HashSet<i32> = HashSet::from([3, 4, 5]);
    let both: Vec<i32> = set.intersection(&other).copied().collect();
    let names: HashSet<String> = tree.keys().cloned().collect();
    let letters: BTreeSet<char> = "hello".chars().collect();
    let mut queue: VecDeque<u32> = VecDeque::new();
    queue.push_back(1);
    queue.push_front(0);
    while let Some(n) = queue.pop_front() {
        if n > 3 {
            break;
        }
        queue.push_back(n + 2);
    }
    let mut heap = BinaryHeap::new();
    heap.push(Reverse((3u32, 1usize)));
    heap.push(Reverse((1, 2)));
    let top = heap.pop().map(|Reverse(pair)| pair);
    println!("{sorted:?} {tree:?} {ordered:?} {range:?} {both:?} {letters:?} {queue:?} {top:?}");
    println!("{by_number:?} {by_name:?} {ids:?} {scores:?} {set:?} {names:?} {heap:?}");
    println!("{:?} {}", ordered.first_key_value(), by_name.contains_key("x"));
    counts.values().sum::<usize>() + counts.len() + tree.len() + queue.iter().count() + ids.keys().len()
}

struct Node {
    value: i32,
    children: RefCell<Vec<Rc<Node>>>,
    parent: RefCell<Weak<Node>>,
    visits: Cell<u32>,
}

trait Area {
    fn area(&self) -> f64;
    fn name(&self) -> String {
        "shape".to_string()
    }
}
impl Area for Point {
    fn area(&self) -> f64 {
        self.x * self.y
    }
}

fn shared() -> Result<i32, Box<dyn Error>> {
    let leaf = Rc::new(Node {
        value: 3,
        children: RefCell::new(vec![]),
        parent: RefCell::new(Weak::new()),
        visits: Cell::new(0),
    });
    let branch = Rc::new(Node {
        value: 5,
        children: RefCell::new(vec![Rc::clone(&leaf)]),
        parent: RefCell::new(Weak::new()),
        visits: Cell::new(1),
    });
    *leaf.parent.borrow_mut() = Rc::downgrade(&branch);
    leaf.visits.set(leaf.visits.get() + 1);
    let parent = leaf.parent.borrow().upgrade().map(|p| p.value).unwrap_or(0);
    let counter = Rc::new(RefCell::new(0i32));
    *counter.borrow_mut() += parent + branch.children.borrow().iter().map(|c| c.value).sum::<i32>();
    let shapes: Vec<Box<dyn Area>> = vec![Box::new(Point { x: 1.0, y: 2.0 })];
    let all: f64 = shapes.iter().map(|s| s.area()).sum();
    let named: Vec<String> = shapes.iter().map(|s| s.name()).collect();
    let f: Box<dyn Fn(i32) -> i32> = Box::new(move |x| x + parent);
    let mut kinds = vec![Shape::Empty, Shape::Named("n".into()), Shape::Sized { width: 1, height: 2 }];
    kinds.sort();
    let text: Option<&str> = kinds.iter().find_map(|k| match k {
        Shape::Named(n) => Some(n.as_str()),
        _ => None,
    });
    println!("{kinds:?} {text:?} {named:?} {all} {} {:?}", f(1), Point::default());
    println!("{} {}", Rc::strong_count(&leaf), Rc::ptr_eq(&leaf, &branch));
    Err(Box::new(Failure::Other(format!("{}", counter.borrow()))))
}

fn threads() -> u64 {
    static HITS: AtomicUsize = AtomicUsize::new(0);
    static NAME: OnceLock<String> = OnceLock::new();
    let total = Arc::new(Mutex::new(0u64));
    let table = Arc::new(RwLock::new(Vec::<u32>::new()));
    let done = Arc::new((Mutex::new(false), Condvar::new()));
    let stop = Arc::new(AtomicBool::new(false));
    let shared = Arc::new(AtomicU64::new(0));
    let (sender, receiver) = mpsc::channel::<u64>();
    let handles: Vec<std::thread::JoinHandle<()>> = (0..2u64)
        .map(|i| {
            let (total, table, done) = (Arc::clone(&total), table.clone(), done.clone());
            let (stop, shared, sender) = (stop.clone(), shared.clone(), sender.clone());
            std::thread::spawn(move || {
                *total.lock().unwrap() += i;
                table.write().unwrap().push(i as u32);
                HITS.fetch_add(1, Atomic::SeqCst);
                shared.fetch_add(i, Atomic::Relaxed);
                *done.0.lock().unwrap() = stop.load(Atomic::Acquire);
                done.1.notify_all();
                sender.send(i).unwrap();
            })
        })
        .collect();
    drop(sender);
    for handle in handles {
        handle.join().unwrap();
    }
    std::thread::scope(|scope| {
        scope.spawn(|| HITS.load(Atomic::SeqCst));
    });
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(1));
    let spent = start.elapsed();
    let name = NAME.get_or_init(|| "name".to_string());
    let caught = std::panic::catch_unwind(|| 1u32);
    println!("{name} {:?} {} {:?} {caught:?}", spent, spent.as_secs_f64(), table.read().unwrap());
    let sum = *total.lock().unwrap() + receiver.iter().sum::<u64>();
    sum
}

fn input() -> io::Result<u64> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    for line in io::stdin().lock().lines() {
        text.push_str(&line?);
    }
    let out = io::stdout();
    let mut out = io::BufWriter::new(out.lock());
    writeln!(out, "{} {:?}", text.len(), args)?;
    out.flush()?;
    io::stdout().flush()?;
    if args.iter().any(|a| a == "-h") || std::env::var("X").is_ok() {
        eprintln!("usage: {}", args.get(0).map(String::as_str).unwrap_or("sample"));
        std::process::exit(2);
    }
    let content = std::fs::read_to_string("none").unwrap_or_else(|e| e.to_string());
    assert_eq!(content.len(), content.chars().count(), "lengths of {content:?}");
    assert!(content.len() < 100_000, "too long");
    Ok(content.len() as u64)
}

fn main() -> Result<(), Box<dyn Error>> {
    let sum = numbers()? + maps() as u64 + threads() + input()?;
    println!("{sum} {} {:?}", texts(), shared().map_err(|e| e.to_string()));
    Ok(())
}
