// Only what is marked is a test; cfg(test) is set.
#[cfg(test)]
fn helper() -> u32 {
    7
}
#[cfg(not(test))]
compile_error!("cfg(test) is not set");
fn main() {
    println!("{}", helper());
}
