trait Describe {
    fn describe(&self) -> String;
}

impl<T: std::fmt::Debug> Describe for T {
    fn describe(&self) -> String {
        format!("<{:?}>", self)
    }
}

trait Twice: Sized {
    fn twice(self) -> (Self, Self);
}

impl<T: Clone> Twice for T {
    fn twice(self) -> (T, T) {
        (self.clone(), self)
    }
}

struct Meters(f64);

impl From<f64> for Meters {
    fn from(x: f64) -> Meters {
        Meters(x)
    }
}

fn main() {
    println!("{} {}", 5.describe(), "x".twice().describe());
    let m: Meters = 2.5.into();
    println!("{} {}", m.0, i64::from(7u32) + i64::try_from(8u64).unwrap());
}
