//@ exit: 16
fn main() {
    let mut s = String::from("hello");
    s.push_str(", ");
    s.push('w');
    s += "orld";
    let mut vowels = 0;
    for c in s.chars() {
        if matches!(c, 'a' | 'e' | 'i' | 'o' | 'u') {
            vowels += 1;
        }
    }
    std::process::exit(s.len() as i32 + vowels + (s == "hello, world") as i32);
}
