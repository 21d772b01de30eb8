trait Animal {
    fn name(&self) -> String;
    fn legs(&self) -> u32 {
        4
    }
    fn grow(&mut self);
}

struct Dog(u32);
struct Bird;

impl Animal for Dog {
    fn name(&self) -> String {
        format!("dog{}", self.0)
    }
    fn grow(&mut self) {
        self.0 += 1;
    }
}

impl Animal for Bird {
    fn name(&self) -> String {
        "bird".to_string()
    }
    fn legs(&self) -> u32 {
        2
    }
    fn grow(&mut self) {}
}

fn legs(animals: &[&dyn Animal]) -> u32 {
    animals.iter().map(|a| a.legs()).sum()
}

fn main() {
    let (mut dog, bird) = (Dog(1), Bird);
    let d: &mut dyn Animal = &mut dog;
    d.grow();
    println!("{} {}", d.name(), bird.name());
    println!("{}", legs(&[&dog, &bird, &dog]));
}
