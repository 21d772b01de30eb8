#![allow(dead_code)]
#[derive(Debug)]
struct Unit;
#[derive(Debug)]
struct Tuple(i32, String);
#[derive(Debug)]
struct Named<T> {
    id: u8,
    inner: Option<T>,
}
#[derive(Debug)]
enum Kind {
    Plain,
    One(char),
    Many { a: f32, b: (), c: Vec<u8> },
}

fn main() {
    println!("{:?} {:?}", Unit, Tuple(-1, "q\"\n".into()));
    println!("{:?}", Named { id: 1, inner: Some(Unit) });
    println!("{:?} {:?}", Kind::Plain, Kind::One('\''));
    println!("{:?}", Kind::Many { a: 1.0, b: (), c: vec![1, 2] });
    println!("{:?} {:?} {:?}", "tab\t\u{7f}é", 'é', b"by\xff");
    println!("{:?} {:?}", (1, "a", [Some(2.5), None]), Err::<(), _>(Tuple(0, String::new())));
    println!("{:?} {:?} {:?}", 0..3, ..=5, Box::new(std::cell::Cell::new(1)));
}
