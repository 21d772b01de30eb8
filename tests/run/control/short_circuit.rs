fn say(text: &str, answer: bool) -> bool {
    print!("{text} ");
    answer
}

fn main() {
    let a = say("a", false) && say("b", true);
    let b = say("c", true) || say("d", false);
    let c = say("e", true) & say("f", false) | say("g", true);
    println!("{a} {b} {c}");
}
