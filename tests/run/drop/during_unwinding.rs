//@ stderr-contains: failing
struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn fail(n: i32) -> i32 {
    let _g = Guard("in fail");
    if n > 0 {
        panic!("failing");
    }
    n
}

fn main() {
    let _outer = Guard("outer");
    let result = std::panic::catch_unwind(|| {
        let _a = Guard("a");
        let _b = [Guard("b0"), Guard("b1")];
        fail(1)
    });
    println!("caught {}", result.is_err());
}
