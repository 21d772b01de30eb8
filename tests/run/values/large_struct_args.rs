#[derive(Clone, Copy, PartialEq, Debug)]
struct Big {
    a: u64,
    b: u64,
    c: u64,
    d: u8,
}

fn change(mut b: Big, by: u64) -> Big {
    b.a += by;
    b.d -= 1;
    b
}

fn many(a: Big, b: u8, c: Big, d: (u64, u64), e: &Big, f: f32, g: [u64; 3]) -> (Big, u64, f32) {
    (change(c, b as u64), a.a + d.1 + e.b + g[2], f * 2.0)
}

fn main() {
    let b = Big { a: 1, b: 2, c: 3, d: 4 };
    println!("{:?}", change(b, 10));
    println!("{:?}", b);
    println!("{:?}", many(b, 5, change(b, 1), (7, 8), &b, 1.5, [9, 10, 11]));
    let f: fn(Big, u64) -> Big = change;
    println!("{}", f(f(b, 1), 2).a);
}
