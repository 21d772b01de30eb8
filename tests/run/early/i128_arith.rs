//@ exit: 77
fn mul(a: u128, b: u128) -> u128 {
    a * b
}

fn main() {
    let big = mul(0x1_0000_0000_0000_0000, 77);
    let back = (big / 0x1_0000_0000_0000_0000) as i32;
    let rest = (big % 1_000_000_007) as u64;
    let shifted = (big >> 64) as i32;
    let ok = rest == 1420103680475_u64 % 1_000_000_007 || back == shifted;
    std::process::exit(if ok { back } else { 1 });
}
