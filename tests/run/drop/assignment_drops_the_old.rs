struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn main() {
    let mut g = Guard("one");
    println!("before");
    g = Guard("two");
    println!("after {}", g.0);
    let mut slot = None;
    for name in ["x", "y"] {
        slot = Some(Guard(name));
        println!("set {name}");
    }
    slot.take();
    println!("taken {}", slot.is_none());
    let mut uninit;
    uninit = Guard("first");
    println!("{}", uninit.0);
    uninit = Guard("second");
    println!("{}", uninit.0);
}
