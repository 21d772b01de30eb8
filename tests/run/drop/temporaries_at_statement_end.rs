struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

impl Guard {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn same(&self) -> &Guard {
        self
    }
}

fn main() {
    let n = Guard("temp").len();
    println!("len {n}");
    let kept = &Guard("extended");
    println!("{}", kept.same().0);
    match Guard("scrutinee").len() {
        9 => println!("in match"),
        _ => println!("other"),
    }
    if Guard("condition").len() > 3 {
        println!("in if");
    }
    for i in 0..Guard("bound").len() - 3 {
        println!("loop {i}");
    }
    println!("{} {}", Guard("arg1").len(), Guard("arg2").len());
}
