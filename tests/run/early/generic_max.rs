//@ exit: 12
fn largest<T: PartialOrd + Copy>(items: &[T]) -> T {
    let mut best = items[0];
    let mut i = 1;
    while i < items.len() {
        if items[i] > best {
            best = items[i];
        }
        i += 1;
    }
    best
}

fn main() {
    let a = largest(&[1i32, 9, 3]);
    let b = largest(&[2.5f64, 0.5, 3.5]);
    std::process::exit(a + b as i32);
}
