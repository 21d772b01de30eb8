fn call<F: Fn(i32) -> i32>(f: F) {
    f(1);
}

fn main() {
    call(|| 1); //~ E0593
    call(|x: u32| 1); //~ E0631
    call(|x, y| x); //~ E0593
    let total = vec![1].iter().fold(0, |sum| sum); //~ E0593
    let shown: impl Fn() = || {}; //~ E0562
}
