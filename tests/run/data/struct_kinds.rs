#[derive(Clone, Copy, PartialEq)]
struct Unit;
struct Pair(i32, &'static str);
struct Named {
    a: u8,
    b: Pair,
    c: [u16; 3],
}

fn main() {
    let base = Named { a: 1, b: Pair(2, "two"), c: [3, 4, 5] };
    println!("{} {} {} {}", base.a, base.b.0, base.b.1, base.c[2]);
    let Named { a, b: Pair(n, _), .. } = &base;
    println!("{a} {n}");
    let other = Named { a: 9, ..base };
    println!("{} {}", other.a, other.b.1);
    let make = Pair;
    println!("{} {}", make(7, "x").0, Unit == Unit);
}
