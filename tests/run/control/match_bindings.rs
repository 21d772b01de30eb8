fn main() {
    for n in [1, 7, 12, 40] {
        match n {
            small @ (1..=5 | 7) => println!("small {small}"),
            mid @ 6..=20 if mid % 2 == 0 => println!("even {mid}"),
            other => println!("other {other}"),
        }
    }
    let all @ [first, .., last] = [1, 2, 3, 4];
    println!("{:?} {first} {last}", all);
}
