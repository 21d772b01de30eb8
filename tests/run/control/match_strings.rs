fn number(word: &str) -> Option<u32> {
    Some(match word {
        "one" => 1,
        "two" | "zwei" => 2,
        w if w.starts_with("thr") => 3,
        _ => return None,
    })
}

fn main() {
    for word in ["one", "zwei", "three", "four", ""] {
        println!("{:?}", number(word));
    }
}
