mod m {
    pub fn f() {}
}

fn main() {
    m::f();
    m::g(); //~ E0425
    n::f(); //~ E0433
}
