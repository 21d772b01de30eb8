// Closures: numbered in their function, those inside of others in theirs.
fn apply<F: Fn(i32) -> i32>(f: F, x: i32) -> i32 {
    f(x)
}

fn once<F: FnOnce() -> String>(f: F) -> String {
    f()
}

fn adder(n: i32) -> impl Fn(i32) -> i32 {
    move |x| x + n
}

fn boxed(n: i32) -> Box<dyn Fn(i32) -> i32> {
    Box::new(move |x| x * n)
}

struct Counter {
    n: i32,
}

impl Counter {
    fn each(&mut self, mut f: impl FnMut(i32)) {
        f(self.n);
        f(self.n + 1);
    }
}

fn main() {
    let a = apply(|x| apply(|y| y + x, 1) + apply(|y| y * x, 2), 3);
    let b = apply(|q| q - 1, 4);
    let c = adder(2)(3) + boxed(4)(5);
    let text = String::from("x");
    let d = once(move || text);
    let mut sum = 0;
    Counter { n: 1 }.each(|x| sum += x);
    let e: Vec<i32> = (0..5).filter(|x| x % 2 == 0).map(|x| x * x).collect();
    let f = (0..3).flat_map(|x| (0..x).map(move |y| x * y)).sum::<i32>();
    println!("{} {} {} {} {} {:?} {}", a, b, c, d, sum, e, f);
}
