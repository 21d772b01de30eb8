// Results, `?`, panics that unwind, threads.
use std::fmt;

#[derive(Debug)]
enum Error {
    Parse(std::num::ParseIntError),
    Negative(i64),
}

impl From<std::num::ParseIntError> for Error {
    fn from(e: std::num::ParseIntError) -> Self {
        Error::Parse(e)
    }
}
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Error::Parse(e) => write!(f, "parse: {}", e),
            Error::Negative(n) => write!(f, "negative: {}", n),
        }
    }
}
impl std::error::Error for Error {}

fn read(text: &str) -> Result<i64, Error> {
    let n: i64 = text.trim().parse()?;
    if n < 0 {
        return Err(Error::Negative(n));
    }
    Ok(n)
}

fn run(text: &str) -> Result<i64, Box<dyn std::error::Error>> {
    Ok(read(text)? + 1)
}

fn main() {
    for text in ["5", "x", "-3"] {
        match run(text) {
            Ok(n) => println!("{}", n),
            Err(e) => println!("{}", e),
        }
    }
    let caught = std::panic::catch_unwind(|| 3).unwrap_or(0);
    println!("{}", caught);
}
