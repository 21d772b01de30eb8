//@ edition: 2024
fn check(a: Option<i32>, b: Result<i32, i32>) -> i32 {
    if let Some(x) = a
        && let Ok(y) = b
        && x < y
    {
        x + y
    } else if let Err(e) = b {
        -e
    } else {
        0
    }
}

fn main() {
    println!("{} {} {} {}", check(Some(1), Ok(2)), check(Some(3), Ok(2)), check(None, Err(5)), check(None, Ok(1)));
}
