fn two(a: i32, b: i32) -> i32 {
    a + b
}

fn main() {
    two(1); //~ E0061
    two(1, 2, 3); //~ E0061
}
