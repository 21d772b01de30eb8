use std::fmt;
use std::num::ParseIntError;

#[derive(Debug)]
enum Error {
    Parse(ParseIntError),
    Negative(i64),
}

impl From<ParseIntError> for Error {
    fn from(e: ParseIntError) -> Error {
        Error::Parse(e)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Parse(e) => write!(f, "parse: {e}"),
            Error::Negative(n) => write!(f, "negative: {n}"),
        }
    }
}

impl std::error::Error for Error {}

fn sum(text: &str) -> Result<i64, Error> {
    let mut total = 0;
    for word in text.split(' ') {
        let n: i64 = word.parse()?;
        if n < 0 {
            return Err(Error::Negative(n));
        }
        total += n;
    }
    Ok(total)
}

fn boxed(text: &str) -> Result<i64, Box<dyn std::error::Error>> {
    if text.is_empty() {
        return Err("empty".into());
    }
    Ok(sum(text)? * 2)
}

fn second(items: &[Option<u8>]) -> Option<u8> {
    let inner = items.get(1)?;
    Some((*inner)? + 1)
}

fn main() {
    for text in ["1 2 3", "1 x", "4 -5", ""] {
        match boxed(text) {
            Ok(n) => println!("{n}"),
            Err(e) => println!("error: {e}"),
        }
    }
    println!("{:?} {:?} {:?}", second(&[None, Some(4)]), second(&[Some(1)]), second(&[None, None]));
}
