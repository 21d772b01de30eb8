fn f() {}
struct S;
fn f() {} //~ E0428
struct S; //~ E0428

fn main() {}
