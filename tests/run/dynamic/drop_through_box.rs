trait Noise {
    fn make(&self);
}

struct Loud(&'static str);

impl Noise for Loud {
    fn make(&self) {
        println!("{}!", self.0);
    }
}

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

struct Silent;

impl Noise for Silent {
    fn make(&self) {
        println!("...");
    }
}

fn main() {
    let all: Vec<Box<dyn Noise>> = vec![Box::new(Loud("a")), Box::new(Silent), Box::new(Loud("b"))];
    for noise in &all {
        noise.make();
    }
    let one: Box<dyn Noise> = Box::new(Loud("c"));
    drop(one);
    println!("end");
}
