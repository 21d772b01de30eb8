//@ exit: 101
//@ stderr-contains: panicked at tests/run/panic/index_out_of_bounds.rs:5:5:
//@ stderr-contains: index out of bounds: the len is 3 but the index is 5
fn get(items: &[i32], at: usize) -> i32 {
    items[at]
}

fn main() {
    println!("{}", get(&[1, 2, 3], 2));
    println!("{}", get(&[1, 2, 3], 5));
}
