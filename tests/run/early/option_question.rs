//@ exit: 9
fn half(n: i32) -> Option<i32> {
    if n % 2 == 0 { Some(n / 2) } else { None }
}

fn quarter(n: i32) -> Option<i32> {
    let h = half(n)?;
    half(h)
}

fn checked(n: i32) -> Result<i32, u8> {
    quarter(n).ok_or(4)
}

fn both(a: i32, b: i32) -> Result<i32, u8> {
    Ok(checked(a)? + checked(b)?)
}

fn main() {
    let good = both(8, 12).unwrap();
    let bad = match both(8, 10) {
        Ok(_) => 100,
        Err(e) => e as i32,
    };
    std::process::exit(good + bad);
}
