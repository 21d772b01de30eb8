//@ signal: 6
//@ stderr-contains: first
//@ stderr-contains: panic in a destructor during cleanup
struct Bad;

impl Drop for Bad {
    fn drop(&mut self) {
        panic!("second");
    }
}

fn main() {
    let _bad = Bad;
    panic!("first");
}
