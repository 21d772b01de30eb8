use std::fmt::{Debug, Display};

#[derive(Copy)]
struct Coin; //~ E0277

#[derive(PartialEq, Eq)]
struct Price(f64); //~ E0277

trait Named: Display {
    type Id: Debug;
}

struct Item;

impl Named for Item { //~ E0277
    type Id = u8;
}

fn all(items: &[Box<dyn Named>]) {} //~ E0191
fn some(items: &dyn Iterator) {} //~ E0191
fn fine(items: &dyn Iterator<Item = Box<dyn Named<Id = u8>>>) {}

trait Numbers: Iterator<Item = u32> {
    type Hidden
    where
        Self: Sized;
}

fn numbers(_: &dyn Numbers) {}

fn main() {}
