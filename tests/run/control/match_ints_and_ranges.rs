fn name(n: i64) -> &'static str {
    match n {
        i64::MIN..=-1 => "negative",
        0 => "zero",
        1 | 2 | 3 => "few",
        4..10 => "several",
        100.. => "many",
        _ => "some",
    }
}

fn main() {
    for n in [-5, 0, 2, 4, 9, 10, 99, 100, i64::MAX] {
        println!("{n} {}", name(n));
    }
}
