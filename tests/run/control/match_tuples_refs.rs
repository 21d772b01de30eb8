fn quadrant(p: &(i32, i32)) -> &'static str {
    match p {
        (0, 0) => "origin",
        (x, 0) if *x > 0 => "right",
        (_, 0) => "left",
        &(0, y) => {
            if y > 0 { "up" } else { "down" }
        }
        (x, y) if x == y => "diagonal",
        (..) => "elsewhere",
    }
}

fn main() {
    for p in [(0, 0), (3, 0), (-3, 0), (0, 2), (0, -2), (4, 4), (1, 2)] {
        println!("{}", quadrant(&p));
    }
}
