fn call(f: impl Fn() -> usize) -> usize {
    f() + f()
}

fn call_mut(mut f: impl FnMut()) {
    f();
    f();
}

fn call_once<R>(f: impl FnOnce() -> R) -> R {
    f()
}

fn by_ref(f: &dyn Fn(i32) -> i32, g: &mut dyn FnMut(i32)) {
    g(f(1));
    g(f(2));
}

fn main() {
    let items = vec![1, 2, 3];
    println!("{}", call(|| items.len()));
    let mut log = vec![];
    call_mut(|| log.push(items[log.len()]));
    println!("{:?}", log);
    println!("{:?}", call_once(|| items));
    by_ref(&|x| x * 100, &mut |x| log.push(x));
    println!("{:?}", log);
    let once = call_once(move || log.into_iter().rev().collect::<Vec<_>>());
    println!("{:?} {}", once, call_once(String::new).len());
}
