// What a parameter's type says of an argument can follow from the arguments before it.
use std::ops::Deref;

trait Length {
    fn length(&self) -> usize;
}

impl Length for str {
    fn length(&self) -> usize {
        self.len()
    }
}

impl<T> Length for [T] {
    fn length(&self) -> usize {
        self.len() * 10
    }
}

fn both<T: Deref>(first: T, second: &T::Target) -> usize
where
    T::Target: Length,
{
    first.length() + second.length()
}

fn main() {
    let text = String::from("abc");
    println!("{}", both(String::from("x"), &text));
    println!("{}", both(vec![1, 2], &vec![3]));
    println!("{}", both(Box::<str>::from("four"), &text));
}
