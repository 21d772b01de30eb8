// Impls that may stand in a crate which owns neither the trait nor the self type: one of the
// trait's arguments is its own, seen through references, Box and Pin.
use std::collections::HashMap;
use std::fmt;
use std::iter::{FromIterator, Product, Sum};
use std::ops::{Add, AddAssign, Mul, Neg};
use std::pin::Pin;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Meters(f64);

impl From<Meters> for f64 {
    fn from(m: Meters) -> f64 {
        m.0
    }
}
impl<'a> From<&'a Meters> for String {
    fn from(m: &Meters) -> String {
        format!("{} m", m.0)
    }
}
impl From<Box<Meters>> for String {
    fn from(m: Box<Meters>) -> String {
        format!("boxed {} m", m.0)
    }
}
impl From<Pin<Box<Meters>>> for String {
    fn from(m: Pin<Box<Meters>>) -> String {
        format!("pinned {} m", m.0)
    }
}
impl PartialEq<Meters> for f64 {
    fn eq(&self, other: &Meters) -> bool {
        *self == other.0
    }
}
impl Add<Meters> for f64 {
    type Output = Meters;
    fn add(self, m: Meters) -> Meters {
        Meters(self + m.0)
    }
}
impl Mul<&Meters> for &i32 {
    type Output = String;
    fn mul(self, m: &Meters) -> String {
        format!("{}*{}", self, m.0)
    }
}
impl AddAssign<Meters> for String {
    fn add_assign(&mut self, m: Meters) {
        self.push_str(&String::from(&m));
    }
}
impl Sum<Meters> for f64 {
    fn sum<I: Iterator<Item = Meters>>(iter: I) -> f64 {
        iter.map(|m| m.0).fold(0.0, |a, b| a + b)
    }
}
impl<'a> Product<&'a Meters> for f64 {
    fn product<I: Iterator<Item = &'a Meters>>(iter: I) -> f64 {
        iter.map(|m| m.0).fold(1.0, |a, b| a * b)
    }
}
impl Extend<Meters> for String {
    fn extend<I: IntoIterator<Item = Meters>>(&mut self, iter: I) {
        for m in iter {
            *self += m;
        }
    }
}
impl FromIterator<Meters> for String {
    fn from_iter<I: IntoIterator<Item = Meters>>(iter: I) -> String {
        let mut s = String::new();
        s.extend(iter);
        s
    }
}
impl Neg for &Meters {
    type Output = Meters;
    fn neg(self) -> Meters {
        Meters(-self.0)
    }
}

trait Shape {
    fn area(&self) -> f64;
}
impl Shape for Meters {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}
impl dyn Shape {
    fn twice(&self) -> f64 {
        2.0 * self.area()
    }
}
impl fmt::Display for dyn Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "shape of {}", self.area())
    }
}
impl PartialEq for dyn Shape {
    fn eq(&self, other: &dyn Shape) -> bool {
        self.area() == other.area()
    }
}
impl Iterator for Box<dyn Shape> {
    type Item = f64;
    fn next(&mut self) -> Option<f64> {
        None
    }
}

// Its own trait, everybody's types.
trait Tell {
    fn tell(&self) -> String;
}
impl Tell for Vec<i32> {
    fn tell(&self) -> String {
        format!("vec {:?}", self)
    }
}
impl<T: Tell> Tell for Option<T> {
    fn tell(&self) -> String {
        self.as_ref().map_or("nothing".to_string(), |t| t.tell())
    }
}
impl<K, V> Tell for HashMap<K, V> {
    fn tell(&self) -> String {
        format!("map of {}", self.len())
    }
}
impl<A: Tell, B: Tell> Tell for (A, B) {
    fn tell(&self) -> String {
        format!("({}, {})", self.0.tell(), self.1.tell())
    }
}

struct Celsius(i64);
// Only these decide what `?` and `into` come to.
impl From<Celsius> for i64 {
    fn from(c: Celsius) -> i64 {
        c.0
    }
}
struct Wrong;
impl From<Wrong> for String {
    fn from(_: Wrong) -> String {
        "wrong".to_string()
    }
}
fn fails() -> Result<(), Wrong> {
    Err(Wrong)
}
fn outer() -> Result<(), String> {
    fails()?;
    Ok(())
}

fn main() {
    let m = Meters(2.5);
    let f: f64 = m.into();
    println!("{} {}", f, String::from(&m));
    println!("{} {}", String::from(Box::new(m)), String::from(Box::pin(m)));
    println!("{} {}", 2.5 == m, 1.0 == m);
    println!("{:?} {} {:?}", 1.0 + m, &3 * &m, -&m);
    let all = [Meters(1.0), Meters(2.0), Meters(4.0)];
    let sum: f64 = all.iter().copied().sum();
    let product: f64 = all.iter().product();
    println!("{} {} {}", sum, product, all.into_iter().collect::<String>());
    let b: Box<dyn Shape> = Box::new(m);
    println!("{} {} {}", b, b.twice(), *b == *b);
    println!("{}", b.count());
    println!("{}", (Some(vec![1, 2]), HashMap::from([(1, 'a')])).tell());
    let n: i64 = Celsius(7).into();
    println!("{} {:?}", n, outer());
}
