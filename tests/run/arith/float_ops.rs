fn main() {
    let (a, b) = (7.5f64, -2.25f64);
    println!("{} {} {} {} {}", a + b, a - b, a * b, a / b, a % b);
    println!("{} {} {}", -a, a < b, a != b);
    let (c, d) = (7.5f32, -2.25f32);
    println!("{} {} {} {} {}", c + d, c - d, c * d, c / d, c % d);
    println!("{} {}", 1.0 / 0.0, -1.0f64 / 0.0);
    let nan = 0.0f64 / 0.0;
    println!("{} {} {} {}", nan == nan, nan != nan, nan < 1.0, nan.is_nan());
    println!("{} {}", 0.1 + 0.2, 1e21);
    println!("{:?} {:?} {:?}", 1.0f64, 1e-7f64, f32::MAX);
    println!("{} {} {}", 2.7f64.floor(), (-2.5f64).round(), 2.0f64.sqrt());
    println!("{} {}", a.max(b), a.min(b));
}
