fn add(a: i32, b: i32) -> i32 {
    a + b
}

fn mul(a: i32, b: i32) -> i32 {
    a * b
}

struct Op {
    name: &'static str,
    run: fn(i32, i32) -> i32,
}

fn choose(name: &str, ops: &[Op]) -> Option<fn(i32, i32) -> i32> {
    ops.iter().find(|o| o.name == name).map(|o| o.run)
}

extern "C" fn callback(x: i32) -> i32 {
    x * 3
}

fn main() {
    let ops = [Op { name: "add", run: add }, Op { name: "mul", run: mul }, Op { name: "sub", run: |a, b| a - b }];
    for name in ["add", "mul", "sub", "pow"] {
        match choose(name, &ops) {
            Some(f) => println!("{name} {}", f(6, 7)),
            None => println!("{name} missing"),
        }
    }
    let c: extern "C" fn(i32) -> i32 = callback;
    println!("{} {}", c(5), add as fn(i32, i32) -> i32 == ops[0].run);
    let some: Option<u8> = Some(1);
    println!("{:?} {:?}", some.map(u32::from), ["1", "x"].map(str::parse::<i32>).map(|r| r.is_ok()));
}
