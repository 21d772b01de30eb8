//@ exit: 36
fn apply(f: impl Fn(i32) -> i32, x: i32) -> i32 {
    f(f(x))
}

fn main() {
    let step = 5;
    let mut calls = 0;
    let mut count = |n| {
        calls += n;
        calls
    };
    count(1);
    count(2);
    let twice = apply(|x| x + step, 20);
    let moved = move |x: i32| x + calls;
    std::process::exit(moved(twice) + calls);
}
