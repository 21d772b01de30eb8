//@ exit: 42
fn scale(x: f64, y: f32) -> i32 {
    (x * y as f64) as i32
}

fn main() {
    let n = scale(10.5, 4.0);
    let saturated = (1e10f64 as i32 == i32::MAX) as i32 + (-1.0f32 as u8) as i32;
    std::process::exit(n * saturated);
}
