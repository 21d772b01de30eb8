fn take(x: Missing) {} //~ E0425

struct S {
    field: Vec<Absent>, //~ E0425
}

fn main() {}
