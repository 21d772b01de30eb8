// Generic arguments: types, constants, defaults, arguments of impls.
use std::marker::PhantomData;

struct Stack<T, const N: usize> {
    items: [Option<T>; N],
    len: usize,
}

impl<T: Copy, const N: usize> Stack<T, N> {
    fn new() -> Self {
        Stack { items: [None; N], len: 0 }
    }
    fn push(&mut self, item: T) -> bool {
        if self.len == N {
            return false;
        }
        self.items[self.len] = Some(item);
        self.len += 1;
        true
    }
    fn map<U: Copy>(&self, f: impl Fn(T) -> U) -> Stack<U, N> {
        let mut out = Stack::new();
        for item in self.items.iter().flatten() {
            out.push(f(*item));
        }
        out
    }
}

struct Flags<const A: bool, const B: char, const C: i32>;
impl<const A: bool, const B: char, const C: i32> Flags<A, B, C> {
    fn show(&self) -> i32 {
        if A { C } else { B as i32 }
    }
}

struct Tagged<T, Tag = u8> {
    value: T,
    tag: PhantomData<Tag>,
}
impl<T, Tag> Tagged<T, Tag> {
    fn new(value: T) -> Self {
        Tagged { value, tag: PhantomData }
    }
}

trait Convert<To> {
    fn convert(&self) -> To;
}
impl Convert<u64> for u32 {
    fn convert(&self) -> u64 {
        *self as u64
    }
}
impl<T: Copy> Convert<(T, T)> for T {
    fn convert(&self) -> (T, T) {
        (*self, *self)
    }
}
impl<T: Convert<u64>> Convert<Vec<u64>> for [T] {
    fn convert(&self) -> Vec<u64> {
        self.iter().map(|x| x.convert()).collect()
    }
}

fn largest<T: PartialOrd + Copy>(items: &[T]) -> T {
    let mut best = items[0];
    for &item in items {
        if item > best {
            best = item;
        }
    }
    best
}

fn many<A, B, C>(_: A, _: B, _: C) -> usize {
    std::mem::size_of::<(A, B, C)>()
}

fn main() {
    let mut stack = Stack::<u8, 4>::new();
    stack.push(3);
    stack.push(4);
    println!("{}", stack.map(|x| x as u32 + 1).len);
    println!("{}", Flags::<true, 'x', -5>.show() + Flags::<false, '\u{e9}', 7>.show());
    println!("{} {}", Tagged::<u8>::new(1).value, Tagged::<u8, u16>::new(2).value);
    let wide: u64 = 5u32.convert();
    let pair: (u8, u8) = 5u8.convert();
    let list: Vec<u64> = [1u32, 2][..].convert();
    println!("{} {:?} {:?}", wide, pair, list);
    println!("{} {}", largest(&[1, 5, 2]), largest(&[1.5, 0.5]));
    println!("{}", many(1u8, (2u16, "x"), [3u64; 3]) + many(&1u8, &mut 2i8, Some(&[1u8][..])));
    println!("{}", many(1 as *const u8, main as fn(), Box::new(1)));
}
