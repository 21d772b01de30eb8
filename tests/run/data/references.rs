struct Counter {
    n: u32,
}

fn bump(c: &mut Counter) -> &mut u32 {
    c.n += 1;
    &mut c.n
}

fn longest<'a>(a: &'a str, b: &'a str) -> &'a str {
    if a.len() >= b.len() { a } else { b }
}

fn main() {
    let mut c = Counter { n: 1 };
    *bump(&mut c) += 10;
    println!("{}", c.n);
    let r = &&&c;
    println!("{} {}", r.n, longest("ab", "abc"));
    let mut x = 5;
    let p = &raw mut x;
    unsafe {
        *p += 1;
        println!("{}", *p);
    }
    let mut slot = None;
    if let Some(y) = &mut slot {
        *y = 1;
    } else {
        slot = Some(3);
    }
    if let Some(ref mut y) = slot {
        *y += 1;
    }
    println!("{:?}", slot);
}
