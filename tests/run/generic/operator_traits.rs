use std::ops::{Add, AddAssign, Index, IndexMut, Mul, Neg, Not, Shl, Sub};

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
struct V(i32, i32);

impl Add for V {
    type Output = V;
    fn add(self, o: V) -> V {
        V(self.0 + o.0, self.1 + o.1)
    }
}
impl Sub<i32> for V {
    type Output = V;
    fn sub(self, n: i32) -> V {
        V(self.0 - n, self.1 - n)
    }
}
impl Mul<V> for i32 {
    type Output = V;
    fn mul(self, v: V) -> V {
        V(self * v.0, self * v.1)
    }
}
impl<'a> Add<&'a V> for &'a V {
    type Output = i32;
    fn add(self, o: &V) -> i32 {
        self.0 * o.0 + self.1 * o.1
    }
}
impl Neg for V {
    type Output = V;
    fn neg(self) -> V {
        V(-self.0, -self.1)
    }
}
impl Not for V {
    type Output = bool;
    fn not(self) -> bool {
        self == V(0, 0)
    }
}
impl AddAssign<i32> for V {
    fn add_assign(&mut self, n: i32) {
        self.0 += n;
    }
}
impl Shl<&str> for V {
    type Output = String;
    fn shl(self, text: &str) -> String {
        format!("{text}{}", self.0)
    }
}
impl Index<char> for V {
    type Output = i32;
    fn index(&self, c: char) -> &i32 {
        if c == 'x' { &self.0 } else { &self.1 }
    }
}
impl IndexMut<char> for V {
    fn index_mut(&mut self, c: char) -> &mut i32 {
        if c == 'x' { &mut self.0 } else { &mut self.1 }
    }
}

fn main() {
    let (a, mut b) = (V(1, 2), V(10, 20));
    println!("{:?} {:?} {:?} {}", a + b, b - 1, 3 * a, &a + &b);
    println!("{:?} {} {}", -a, !a, !(a + -a));
    b += 5;
    b['y'] += a['x'];
    println!("{:?} {} {}", b, b << "n=", a < b);
}
