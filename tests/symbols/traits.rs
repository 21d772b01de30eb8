// Provided methods, associated types and constants, impls for references and tuples, operators.
use std::ops::{Add, Index, Neg};

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
struct V2 {
    x: i32,
    y: i32,
}

impl Add for V2 {
    type Output = V2;
    fn add(self, o: V2) -> V2 {
        V2 { x: self.x + o.x, y: self.y + o.y }
    }
}
impl<'a> Add<&'a V2> for &'a V2 {
    type Output = V2;
    fn add(self, o: &V2) -> V2 {
        *self + *o
    }
}
impl Neg for V2 {
    type Output = V2;
    fn neg(self) -> V2 {
        V2 { x: -self.x, y: -self.y }
    }
}
impl Index<usize> for V2 {
    type Output = i32;
    fn index(&self, i: usize) -> &i32 {
        if i == 0 { &self.x } else { &self.y }
    }
}

trait Describe {
    const KIND: u32;
    type Item: Default;
    fn describe(&self) -> u32 {
        Self::KIND + self.extra()
    }
    fn extra(&self) -> u32 {
        1
    }
    fn item(&self) -> Self::Item {
        Self::Item::default()
    }
}
impl Describe for V2 {
    const KIND: u32 = 1;
    type Item = String;
}
impl<T: Describe> Describe for &T {
    const KIND: u32 = T::KIND + 10;
    type Item = Vec<T::Item>;
    fn extra(&self) -> u32 {
        (**self).extra() + 100
    }
}
impl<A: Describe, B: Describe> Describe for (A, B) {
    const KIND: u32 = A::KIND * B::KIND;
    type Item = (A::Item, B::Item);
}

struct Countdown(u32);
impl Iterator for Countdown {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 {
            return None;
        }
        self.0 -= 1;
        Some(self.0)
    }
}

impl From<(i32, i32)> for V2 {
    fn from((x, y): (i32, i32)) -> V2 {
        V2 { x, y }
    }
}

fn main() {
    let v = V2 { x: 1, y: 2 };
    let w: V2 = (3, 4).into();
    println!("{:?} {:?} {}", v + w, &v + &w, (-v)[0]);
    println!("{} {} {}", v.describe(), (&v).describe(), (v, &w).describe());
    println!("{:?} {:?}", (&v).item(), (v, w).item());
    println!("{:?}", Countdown(4).skip(1).collect::<Vec<_>>());
    println!("{:?} {:?}", v.cmp(&w), V2::default() < v);
}
