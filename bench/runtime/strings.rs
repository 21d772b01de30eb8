//! Building and formatting strings: format!, write!, Display of one's own, parsing back.
use std::fmt::{self, Write};

struct Point {
    x: i32,
    y: i32,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "({}, {})", self.x, self.y)
    }
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

fn run() {
    let mut out = String::new();
    let mut sum = 0i64;
    for i in 0..250_000i32 {
        let point = Point { x: i % 777, y: -(i % 55) };
        writeln!(out, "{:>6} {} {:04x}", i, point, i & 0xffff).unwrap();
        let label = format!("item-{}-{:?}", i, Some(i % 10));
        sum += label.len() as i64;
    }
    for line in out.lines() {
        let mut fields = line.split(' ').filter(|field| !field.is_empty());
        sum += fields.next().unwrap().parse::<i64>().unwrap();
        let last = fields.last().unwrap();
        sum += i64::from_str_radix(last, 16).unwrap();
    }
    let mut turned = 0u64;
    for byte in reversed(&out).bytes() {
        turned = turned.wrapping_mul(31).wrapping_add(byte as u64);
    }
    println!("{} {} {:016x}", out.len(), sum, turned);
}

fn main() {
    run();
    let start = std::time::Instant::now();
    run();
    eprintln!("{}", start.elapsed().as_micros());
}
