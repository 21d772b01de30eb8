trait Close {}

impl Drop for dyn Close { //~ E0120
    fn drop(&mut self) {}
}

struct Holder;

impl Drop for &Holder { //~ E0120
    fn drop(&mut self) {}
}

fn main() {}
