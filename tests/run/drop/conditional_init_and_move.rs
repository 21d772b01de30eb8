struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn run(flag: bool) {
    println!("run {flag}");
    let late;
    let maybe = Guard("maybe");
    if flag {
        late = Guard("late");
        drop(maybe);
        println!("has {}", late.0);
    }
    println!("end of run");
}

fn main() {
    run(true);
    run(false);
}
