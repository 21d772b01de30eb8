fn many(a: u8, b: i16, c: u32, d: i64, e: u64, f: usize, g: u8, h: i32, i: i64, j: f32, k: f64, l: bool, m: char, n: &str) -> String {
    format!("{a} {b} {c} {d} {e} {f} {g} {h} {i} {j} {k} {l} {m} {n}")
}

fn floats(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, g: f64, h: f64, i: f64, j: f32) -> f64 {
    a - b + c - d + e - f + g - h + i * j as f64
}

fn main() {
    println!("{}", many(1, -2, 3, -4, 5, 6, 7, -8, 9, 0.5, -1.5, true, 'z', "end"));
    println!("{}", floats(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 0.5));
}
