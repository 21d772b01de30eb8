fn kind(n: i32) -> &'static str {
    if n < 0 {
        "negative"
    } else if n == 0 {
        "zero"
    } else {
        "positive"
    }
}

fn main() {
    println!("{} {} {}", kind(-4), kind(0), kind(9));
    let x = { let y = 3; y * y } + if true { 1 } else { 2 };
    println!("{x}");
}
