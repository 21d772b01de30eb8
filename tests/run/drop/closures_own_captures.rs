struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn main() {
    let a = Guard("a");
    let b = Guard("b");
    let f = move || println!("have {}", a.0);
    f();
    println!("called");
    drop(f);
    let once = || drop(b);
    once();
    println!("end");
}
