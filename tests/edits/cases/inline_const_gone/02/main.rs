fn main() {
    let x = 1;
    let y = x + x + x + x + x + x + x + x + x + x + x + x;
    println!("{}", y);
}
