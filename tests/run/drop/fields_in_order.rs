struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

struct Outer {
    first: Guard,
    second: Guard,
    inner: (Guard, Guard),
}

impl Drop for Outer {
    fn drop(&mut self) {
        println!("outer of {} {} {}", self.first.0, self.second.0, self.inner.1.0);
    }
}

fn main() {
    let _o = Outer { second: Guard("2"), first: Guard("1"), inner: (Guard("3"), Guard("4")) };
    let _array = [Guard("x"), Guard("y")];
    let _vec = vec![Guard("v1"), Guard("v2")];
    let _opt = Some(Guard("some"));
}
