#[derive(Debug, Clone, Copy, PartialEq)]
enum Inner {
    X,
    Y,
    Z,
}

#[derive(Debug, Clone, PartialEq)]
enum Outer {
    Held(Inner, u32),
    Empty,
    Text(&'static str),
    Flag(bool),
}

#[derive(Debug)]
enum Big {
    Holder(Vec<u8>),
    One,
    Two,
}

fn main() {
    let all = [Outer::Held(Inner::Y, 4), Outer::Empty, Outer::Text("t"), Outer::Flag(true), Outer::Held(Inner::X, 0)];
    for o in &all {
        let n = match o {
            Outer::Held(Inner::X, _) => 1,
            Outer::Held(i, n) if *i != Inner::Z => 10 + n,
            Outer::Held(..) => 2,
            Outer::Empty => 3,
            Outer::Text(t) => t.len() as u32 + 100,
            Outer::Flag(b) => *b as u32 + 1000,
        };
        println!("{n} {:?}", Some(o.clone()));
    }
    for b in [Big::One, Big::Holder(vec![1, 2]), Big::Two] {
        println!("{:?} {}", b, matches!(b, Big::One | Big::Two));
    }
    println!("{}", std::mem::size_of::<Big>());
}
