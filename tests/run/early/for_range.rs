//@ exit: 45
fn main() {
    let mut sum = 0;
    for i in 0..10 {
        sum += i;
    }
    std::process::exit(sum);
}
