// Trait objects: vtable shims, drop glue, lifetimes bound in the types.
use std::any::Any;
use std::fmt::{Debug, Display};

trait Shape: Debug {
    fn area(&self) -> f64;
    fn name(&self) -> String {
        String::from("shape")
    }
}

#[derive(Debug)]
struct Square(f64);
#[derive(Debug)]
struct Named {
    name: String,
}

impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}
impl Shape for Named {
    fn area(&self) -> f64 {
        1.0
    }
    fn name(&self) -> String {
        self.name.clone()
    }
}

fn show(items: &[Box<dyn Shape>]) {
    for item in items {
        println!("{} {:?} {}", item.area(), item, item.name());
    }
}

fn generic<T: ?Sized + Display>(x: &T) -> String {
    format!("<{}>", x)
}

fn size<T>(_: T) -> usize {
    std::mem::size_of::<T>()
}

fn main() {
    show(&[Box::new(Square(2.0)), Box::new(Named { name: String::from("n") })]);
    let d: Box<dyn Display + Send> = Box::new(5);
    println!("{} {}", generic(&*d), generic("text"));
    let mut calls: Vec<Box<dyn FnOnce(u32) -> u32>> = Vec::new();
    calls.push(Box::new(|x| x + 1));
    calls.push(Box::new(|x| x * 2));
    let sum = calls.into_iter().map(|f| f(3)).sum::<u32>();
    println!("{}", sum);
    let any: Box<dyn Any> = Box::new(7u8);
    println!("{:?} {}", any.downcast_ref::<u8>(), any.is::<u16>());
    let by_ref: &dyn Fn(&str) -> usize = &|s| s.len();
    println!("{}", by_ref("four"));
    let f: fn(&u8, &mut u16) -> u32 = |a, b| *a as u32 + *b as u32;
    println!("{} {}", size(f), f(&1, &mut 2));
    println!("{}", size(by_ref) + size(d));
    let sync: Box<dyn Fn(u8) -> usize + Send + Sync> = Box::new(|x| x as usize);
    println!("{}", sync(3) + size(sync));
}
