//@ exit: 101
//@ stderr-contains: is not a char boundary
fn main() {
    let s = String::from("é");
    println!("{}", &s[0..1]);
}
