trait T {
    fn needed(&self);
    type Item;
}

struct S;

impl T for S {} //~ E0046

struct R;

impl T for R {
    type Item = u8;
    fn needed(&self) {}
    fn extra(&self) {} //~ E0407
}

fn main() {}
