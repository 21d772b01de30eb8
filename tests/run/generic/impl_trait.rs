use std::fmt::Display;

fn show_all(items: impl IntoIterator<Item = impl Display>) -> String {
    items.into_iter().map(|i| i.to_string()).collect::<Vec<_>>().join(",")
}

fn evens(limit: u32) -> impl Iterator<Item = u32> + Clone {
    (0..limit).filter(|n| n % 2 == 0)
}

fn adder(n: i32) -> impl Fn(i32) -> i32 {
    move |x| x + n
}

trait Named {
    fn parts(&self) -> impl Iterator<Item = char>;
}

impl Named for str {
    fn parts(&self) -> impl Iterator<Item = char> {
        self.chars().rev()
    }
}

fn main() {
    println!("{} {}", show_all([1, 2, 3]), show_all(vec!["a", "b"]));
    let e = evens(10);
    println!("{} {}", e.clone().sum::<u32>(), e.count());
    println!("{} {}", adder(3)(4), "abc".parts().collect::<String>());
}
