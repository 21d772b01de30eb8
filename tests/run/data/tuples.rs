fn split(n: u32) -> (u32, u32) {
    (n / 10, n % 10)
}

fn main() {
    let (tens, ones) = split(47);
    let nested = ((1, 'a'), [2.5], ("s",));
    println!("{tens} {ones} {} {} {}", nested.0.1, nested.1[0], nested.2.0);
    let mut t = (1, 2);
    t.0 += t.1;
    println!("{:?} {}", t, (1, 2, 3) < (1, 3, 0));
    let ((a, _), [b], ..) = nested;
    println!("{a} {b}");
}
