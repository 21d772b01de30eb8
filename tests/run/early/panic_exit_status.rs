//@ exit: 101
//@ stderr-contains: plain message
fn main() {
    panic!("plain message");
}
