struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn main() {
    let _a = Guard("a");
    let _b = Guard("b");
    {
        let _inner = Guard("inner");
        println!("in block");
    }
    let _ = Guard("at once");
    let _c = Guard("c");
    println!("end");
}
