struct W<T>(T);

fn f(a: W<i32, u8>) {} //~ E0107

fn g(a: W) {} //~ E0107

fn main() {}
