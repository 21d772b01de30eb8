fn counter(start: u32) -> impl FnMut() -> u32 {
    let mut n = start;
    move || {
        n += 1;
        n
    }
}

fn boxed(kind: &str) -> Box<dyn Fn(f64) -> f64> {
    match kind {
        "half" => Box::new(|x| x / 2.0),
        "square" => Box::new(|x| x * x),
        _ => Box::new(std::convert::identity),
    }
}

fn curry(a: String) -> impl Fn(String) -> Box<dyn Fn(&str) -> String> {
    move |b| {
        let a = a.clone();
        Box::new(move |c| format!("{a}-{b}-{c}"))
    }
}

fn main() {
    let (mut a, mut b) = (counter(0), counter(10));
    println!("{} {} {} {}", a(), a(), b(), a());
    println!("{} {} {}", boxed("half")(5.0), boxed("square")(5.0), boxed("")(5.0));
    println!("{}", curry("x".into())("y".into())("z"));
}
