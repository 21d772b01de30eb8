fn main() {
    for i in 0..3 {
        print!("{i} ");
    }
    for i in 3..=5 {
        print!("{i} ");
    }
    for i in (0..10).rev().step_by(4) {
        print!("{i} ");
    }
    for c in 'a'..='e' {
        print!("{c}");
    }
    for i in 250u8..=255 {
        print!(" {i}");
    }
    for _ in 5..5 {
        print!("never");
    }
    println!();
}
