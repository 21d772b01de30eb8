//@ exit: 28
#[derive(Clone, Copy)]
struct Big {
    a: u64,
    b: u64,
    c: u64,
    d: u64,
}

fn make(n: u64) -> Big {
    Big { a: n, b: n + 1, c: n + 2, d: n + 3 }
}

fn add(x: Big, y: &Big) -> Big {
    Big { a: x.a + y.a, b: x.b + y.b, ..x }
}

fn main() {
    let both = add(make(1), &make(10));
    std::process::exit((both.a + both.b + both.c + both.d - 3) as i32);
}
