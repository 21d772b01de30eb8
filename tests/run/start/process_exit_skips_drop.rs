//@ exit: 3
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        std::process::exit(9);
    }
}

fn main() {
    let _guard = Guard;
    std::process::exit(3);
}
