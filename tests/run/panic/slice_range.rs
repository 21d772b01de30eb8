//@ exit: 101
//@ stderr-contains: range end index 9 out of range for slice of length 3
fn cut(items: &[u8], end: usize) -> &[u8] {
    &items[1..end]
}

fn main() {
    println!("{:?}", cut(&[1, 2, 3], 3));
    cut(&[1, 2, 3], 9);
}
