fn apply<F>(times: u32, mut f: F)
where
    F: FnMut(u32),
{
    for i in 0..times {
        f(i);
    }
}

fn compose<A, B, C>(f: impl Fn(A) -> B, g: impl Fn(B) -> C) -> impl Fn(A) -> C {
    move |x| g(f(x))
}

fn main() {
    let mut seen = Vec::new();
    apply(4, |i| seen.push(i * i));
    println!("{:?}", seen);
    let f = compose(|x: i32| x + 1, |y: i32| format!("<{y}>"));
    println!("{} {}", f(1), compose(str::len, |n| n * 2)("four"));
}
