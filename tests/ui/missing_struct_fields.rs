struct P {
    x: i32,
    y: i32,
}

fn main() {
    let a = P { x: 1 }; //~ E0063
    let b = P { x: 1, y: 2, z: 3 }; //~ E0560
    let c = P { x: 1, x: 2, y: 3 }; //~ E0062
}
