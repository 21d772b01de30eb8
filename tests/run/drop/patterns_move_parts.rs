struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

enum E {
    Two(Guard, Guard),
    One { g: Guard, n: i32 },
}

fn main() {
    match E::Two(Guard("a"), Guard("b")) {
        E::Two(_, y) => println!("took {}", y.0),
        E::One { .. } => {}
    }
    println!("--");
    if let E::One { g, n } = (E::One { g: Guard("c"), n: 4 }) {
        println!("{} {n}", g.0);
    }
    println!("--");
    let (x, _) = (Guard("x"), Guard("y"));
    println!("{}", x.0);
    let E::Two(ref first, _) = E::Two(Guard("p"), Guard("q")) else { return };
    println!("{}", first.0);
}
