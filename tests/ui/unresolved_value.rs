fn main() {
    let a = 1;
    println!("{}", a + missing); //~ E0425
    absent(a); //~ E0425
}
