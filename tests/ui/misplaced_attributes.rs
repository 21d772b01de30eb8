// Inner attributes and doc comments where they mean nothing; what stands beside them is there all the same.
#![allow(dead_code)]
fn first() {}
#![allow(dead_code)] //~ ERROR an inner attribute is not permitted in this context
fn second() {}
#[inline]
#![allow(unused)] //~ ERROR an inner attribute is not permitted following an outer attribute
fn third() {}
//! of nothing //~ E0753
fn fourth() {}
struct S {
    a: u8,
    #![allow(unused)] //~ ERROR an inner attribute is not permitted in this context
    b: u8,
    /// nothing follows //~ E0585
}
impl S {
    #![allow(unused)]
    fn one(&self) {}
    #![allow(unused)] //~ ERROR an inner attribute is not permitted in this context
    fn two(&self) {}
}
trait T {
    fn here(&self);
    /// nothing follows //~ E0584
}
mod m {
    #![allow(unused)]
    pub fn one() {}
    #![allow(unused)] //~ ERROR an inner attribute is not permitted in this context
    pub fn two() {}
}
fn main() {
    #![allow(unused)]
    let a = 1;
    #![allow(unused)] //~ ERROR an inner attribute is not permitted in this context
    let b = a;
    //! of nothing //~ E0753
    first();
    second();
    third();
    fourth();
    let s = S { a, b };
    s.one();
    s.two();
    m::one();
    m::two();
    /// nothing follows //~ E0585
}
