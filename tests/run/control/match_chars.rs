fn class(c: char) -> u8 {
    match c {
        'a'..='z' | 'A'..='Z' => b'l',
        '0'..='9' => b'd',
        '\n' | ' ' | '\t' => b's',
        '\u{80}'.. => b'u',
        _ => b'p',
    }
}

fn main() {
    for c in "aZ5 !é漢\n".chars() {
        print!("{}", class(c) as char);
    }
    println!();
}
