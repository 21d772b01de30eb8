struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn consume(g: Guard) {
    println!("consume {}", g.0);
}

fn give() -> Guard {
    let g = Guard("given");
    let _other = Guard("kept in give");
    g
}

struct Pair {
    a: Guard,
    b: Guard,
}

fn main() {
    let g = Guard("moved");
    consume(g);
    let got = give();
    println!("got {}", got.0);
    let pair = Pair { a: Guard("pair.a"), b: Guard("pair.b") };
    consume(pair.a);
    let boxed = Box::new(Pair { a: Guard("box.a"), b: Guard("box.b") });
    let b = boxed.b;
    println!("end {} {}", b.0, pair.b.0);
}
