fn main() {
    let x = 1;
    let x = x + 1;
    {
        let x = x * 10;
        println!("{x}");
    }
    let x = format!("{x}!");
    println!("{x}");
    let y;
    if x.len() > 1 {
        y = "long";
    } else {
        y = "short";
    }
    println!("{y}");
    let (mut a, mut b) = (1, 2);
    (a, b) = (b, a + b);
    [a, _] = [a * 5, 0];
    println!("{a} {b}");
}
