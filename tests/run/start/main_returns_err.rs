//@ exit: 1
//@ stderr-contains: Error: "it went wrong"
fn main() -> Result<(), String> {
    Err("it went wrong".to_string())
}
