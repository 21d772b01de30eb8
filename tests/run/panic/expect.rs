//@ exit: 101
//@ stderr-contains: the config: "missing"
fn main() {
    let r: Result<(), &str> = Err("missing");
    r.expect("the config");
}
