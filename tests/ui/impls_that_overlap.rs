use std::fmt::Display;

trait Named {
    fn name(&self) -> String;
}

struct Wrapper<T>(T);
struct Plain;

impl<T: Display> Named for T {
    fn name(&self) -> String {
        self.to_string()
    }
}

impl Named for Plain {
    fn name(&self) -> String {
        String::new()
    }
}

impl Named for u8 { //~ E0119
    fn name(&self) -> String {
        String::new()
    }
}

impl Named for Wrapper<u8> {
    fn name(&self) -> String {
        String::new()
    }
}

impl Named for Wrapper<i8> {
    fn name(&self) -> String {
        String::new()
    }
}

impl<T> From<Wrapper<T>> for Wrapper<T> { //~ E0119
    fn from(w: Wrapper<T>) -> Self {
        w
    }
}

#[derive(Clone)]
struct Twice;

impl Clone for Twice {
    fn clone(&self) -> Self {
        Twice
    }
}
//~^^^^^^^^ E0119

impl Plain {
    fn one(&self) {} //~ E0592
}

impl Plain {
    fn two(&self) {}
    fn one(&self) {}
}

impl Wrapper<u8> {
    fn get(&self) {}
}

impl Wrapper<u16> {
    fn get(&self) {}
}

impl Iterator for Vec<u8> { //~ E0117
    type Item = u8;
    fn next(&mut self) -> Option<u8> {
        None
    }
}

impl<T> std::ops::Not for T { //~ E0210
    type Output = T;
    fn not(self) -> T {
        self
    }
}

impl Vec<u8> { //~ E0116
    fn extra(&self) {}
}

impl str { //~ E0390
    fn more(&self) {}
}

impl std::ops::Add<Plain> for u8 {
    type Output = u8;
    fn add(self, _: Plain) -> u8 {
        self
    }
}

fn main() {}
