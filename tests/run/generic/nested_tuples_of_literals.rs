// Goals about a type that holds integers not yet known to be i32, as deep as tuples nest.
fn main() {
    let a = ((((((((((((((((((((1, 2), 2), 2), 2), 2), 2), 2), 2), 2), 2), 2), 2), 2), 2), 2), 2), 2), 2), 2), 2);
    let b = a.clone();
    println!("{} {}", a == b, a < b);
    let c = Some((Some((Some((Some((Some((Some((Some((Some((Some((Some((Some((Some((1.5, "x")), "x")), "x")), "x")), "x")), "x")), "x")), "x")), "x")), "x")), "x")), "x"));
    println!("{} {:?}", c == c.clone(), c);
}
