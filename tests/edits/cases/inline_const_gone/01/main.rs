fn main() {
    let strings = [const { String::new() }; 2];
    println!("{:?}", strings);
}
