use std::fmt::{self, Display};

trait Base {
    fn id(&self) -> u32;
}

trait Middle: Base {
    fn double(&self) -> u32 {
        self.id() * 2
    }
}

trait Top: Middle + Display {
    fn all(&self) -> String {
        format!("{} {} {}", self, self.id(), self.double())
    }
}

struct Thing(u32);

impl Base for Thing {
    fn id(&self) -> u32 {
        self.0
    }
}
impl Middle for Thing {}
impl Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "thing")
    }
}
impl Top for Thing {}

fn upcast(t: &dyn Top) -> &dyn Base {
    t
}

fn main() {
    let t: Box<dyn Top> = Box::new(Thing(21));
    println!("{}", t.all());
    println!("{} {}", t, upcast(&*t).id());
}
