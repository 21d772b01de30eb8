fn main() {
    let offset = 100;
    let table: Vec<(&str, Box<dyn Fn(i32) -> i32>)> = vec![
        ("inc", Box::new(|x| x + 1)),
        ("off", Box::new(move |x| x + offset)),
        ("neg", Box::new(std::ops::Neg::neg)),
    ];
    for (name, f) in table.iter() {
        println!("{name} {}", f(5));
    }
    let mut log = String::new();
    {
        let mut write: Box<dyn FnMut(&str) + '_> = Box::new(|s| log.push_str(s));
        write("a");
        write("b");
    }
    let once: Box<dyn FnOnce() -> String> = Box::new(move || log);
    println!("{}", once());
}
