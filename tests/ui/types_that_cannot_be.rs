use std::marker::PhantomData;

struct List { //~ E0072
    value: u32,
    next: Option<List>,
}

enum Tree { //~ E0072
    Leaf,
    Node(Forest),
}

struct Forest {
    trees: [Tree; 2],
}

struct Fine {
    children: Vec<Fine>,
    parent: Option<Box<Fine>>,
    mark: PhantomData<Fine>,
    next: Option<Generic<&'static Fine>>,
}

struct Generic<T>(T);

struct Unused<T, U>(T); //~ E0392

enum NotUsed<T> { //~ E0392
    One,
    Two,
}

struct Counted<const N: usize>;

struct Twice {
    name: String,
    age: u8,
    name: u8, //~ E0124
}

enum Code {
    Low = 3,
    High = 4,
    Again = 3,
}
//~^^^^^ E0081

#[repr(u8)]
enum Full {
    Last = 255,
    Beyond, //~ E0370
}

fn twice<T, T>(_: T) {} //~ E0403

impl<T> Generic<T> {
    fn hidden<T>(&self, _: T) {} //~ E0403
}

impl<T, U> Generic<T> { //~ E0207
    fn get(&self) {}
}

impl<I, T> From<I> for Counted<3>
where
    I: Iterator<Item = T>,
{
    fn from(_: I) -> Self {
        Counted
    }
}

fn main() {}
