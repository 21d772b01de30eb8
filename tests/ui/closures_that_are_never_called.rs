// The bodies of closures are checked whether or not they are called.
fn main() {
    let _unused = |x: Option<u8>| match x { Some(_) => 1 }; //~ E0004
    let _outer = || {
        let _inner = |b: bool| match b { true => 2 }; //~ E0004
    };
}
