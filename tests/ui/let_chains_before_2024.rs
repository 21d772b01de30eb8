fn main() {
    let (a, b) = (Some(1), Some(2));
    if let Some(x) = a && x > 0 {} //~ ERROR let chains are only allowed in Rust 2024 or later
    while let Some(x) = a && let Some(y) = b && x < y { //~ ERROR let chains
        break;
    }
    if let Some(_) = a {}
}
