#![allow(dead_code)]
use std::collections::BTreeMap;

#[derive(Debug, Default)]
struct Config {
    name: String,
    sizes: Vec<(u8, char)>,
    nested: Option<Box<Config>>,
    map: BTreeMap<u8, &'static str>,
    empty: [i32; 0],
    unit: (),
}

#[derive(Debug)]
enum E {
    A,
    B(i32, Option<i32>),
    C { x: bool },
}

fn main() {
    let inner = Config { name: "in".into(), ..Default::default() };
    let config = Config {
        name: "out".into(),
        sizes: vec![(1, 'a'), (2, 'b')],
        nested: Some(Box::new(inner)),
        map: [(1, "one")].into(),
        ..Default::default()
    };
    println!("{:#?}", config);
    println!("{:#?}", [E::A, E::B(1, Some(2)), E::C { x: true }]);
    println!("{:#?} {:#?}", (1,), ());
}
