fn first_digit(text: &str) -> u32 {
    let Some(c) = text.chars().find(|c| c.is_ascii_digit()) else {
        return 99;
    };
    c as u32 - '0' as u32
}

fn main() {
    println!("{} {}", first_digit("ab7c"), first_digit("none"));
}
