// Constructors and methods as values; fn items as type arguments; statics and constants.
#[derive(Debug, Clone, Copy)]
struct Wrap(u32);
#[derive(Debug)]
enum Event {
    Key(char),
    Size(u16),
}

const LIMIT: u32 = 3;
static NAMES: [&str; 2] = ["a", "b"];

impl Wrap {
    const ZERO: Wrap = Wrap(0);
    fn get(self) -> u32 {
        self.0
    }
}

fn call<A, R>(f: impl Fn(A) -> R, a: A) -> R {
    f(a)
}

fn double(x: u32) -> u32 {
    x * 2
}

fn main() {
    let wraps: Vec<Wrap> = (0..LIMIT).map(Wrap).collect();
    let sum: u32 = wraps.iter().copied().map(Wrap::get).sum();
    println!("{} {:?}", sum, call(Event::Key, 'x'));
    println!("{:?} {:?}", call(Some, 5u8), call(Event::Size, 3));
    println!("{} {}", call(double, 4), call(u32::count_ones, 7));
    println!("{:?} {:?}", Wrap::ZERO, NAMES.iter().map(|s| s.len()).max());
    let f: fn(u32) -> Wrap = Wrap;
    println!("{:?} {:?}", f(9), [1, 2].map(double));
    println!("{:?}", Some(3).map(double).filter(|x| *x > LIMIT).map(Wrap));
}
