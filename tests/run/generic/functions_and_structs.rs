#[derive(Debug, Clone, PartialEq)]
struct Pair<A, B = A> {
    a: A,
    b: B,
}

impl<A, B> Pair<A, B> {
    fn swap(self) -> Pair<B, A> {
        Pair { a: self.b, b: self.a }
    }
}

impl<T: std::ops::Add<Output = T> + Copy> Pair<T> {
    fn sum(&self) -> T {
        self.a + self.b
    }
}

fn pick<T>(first: bool, a: T, b: T) -> T {
    if first { a } else { b }
}

fn main() {
    let p = Pair { a: 1, b: "x" };
    println!("{:?} {:?}", p, p.clone().swap());
    println!("{} {}", Pair { a: 1.5, b: 2.0 }.sum(), pick(false, 'a', 'b'));
    println!("{}", pick::<Pair<u8>>(true, Pair { a: 1, b: 2 }, Pair { a: 3, b: 4 }).sum());
}
