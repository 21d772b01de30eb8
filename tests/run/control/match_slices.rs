fn describe(items: &[i32]) -> String {
    match items {
        [] => "empty".to_string(),
        [one] => format!("one {one}"),
        [first, .., last] if first == last => format!("same ends {first}"),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

fn main() {
    println!("{}", describe(&[]));
    println!("{}", describe(&[4]));
    println!("{}", describe(&[4, 5, 4]));
    println!("{}", describe(&[4, 5, 6]));
}
