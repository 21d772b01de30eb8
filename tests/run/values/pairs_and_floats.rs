#[derive(Debug, Clone, Copy)]
struct Mixed {
    x: f64,
    n: i32,
}

#[derive(Debug, Clone, Copy)]
struct Two(f32, f32);

#[derive(Debug, Clone, Copy)]
struct Three(u8, u16, u8);

fn mixed(m: Mixed, t: Two, u: Three) -> (Three, Mixed, Two) {
    (Three(u.2, u.1 + 1, u.0), Mixed { x: m.x + t.0 as f64, n: -m.n }, Two(t.1, t.0))
}

fn text(s: &str, c: char) -> (&str, Option<char>) {
    (&s[1..], s.chars().next().filter(|x| *x != c))
}

fn main() {
    println!("{:?}", mixed(Mixed { x: 0.5, n: 3 }, Two(1.0, 2.0), Three(1, 2, 3)));
    println!("{:?} {:?}", text("abc", 'a'), text("xyz", 'a'));
    let wide: (u128, bool) = wide_pair(1 << 100, true);
    println!("{:?}", wide);
}

fn wide_pair(n: u128, b: bool) -> (u128, bool) {
    (n + 1, !b)
}
