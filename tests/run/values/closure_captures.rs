fn main() {
    let text = String::from("text");
    let len = || text.len();
    println!("{} {}", len(), text);

    let mut count = 0;
    let mut bump = |by: i32| {
        count += by;
        count
    };
    bump(2);
    bump(3);
    println!("{count}");

    let moved = move || text + "!";
    println!("{}", moved());

    struct Point {
        x: i32,
        name: String,
    }
    let mut p = Point { x: 1, name: "p".to_string() };
    let mut only_x = || p.x += 10;
    only_x();
    let name = &p.name;
    println!("{} {name}", p.x);
    let take = move || p.name;
    println!("{} {}", take(), p.x);
}
