//@ signal: 6
fn main() {
    std::process::abort();
}
