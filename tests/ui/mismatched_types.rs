fn number() -> i32 {
    "text" //~ E0308
}

fn main() {
    let x: u8 = 1i32; //~ E0308
    let y: String = if true { "a".to_string() } else { 5 }; //~ E0308
    number() == 'c'; //~ E0308
}
