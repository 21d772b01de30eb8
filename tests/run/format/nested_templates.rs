use std::fmt::Write;
fn main() {
    let x = 5;
    let mut s = String::new();
    write!(
        s,
        "{} {} {:?} {y}",
        1,
        format_args!("a{}b{x}c{0}", x + 1),
        format_args!("d"),
        y = 2
    )
    .unwrap();
    println!(
        "{s} {:>w$} {}",
        format_args!("<{:>p$}>", 3, p = 4),
        format_args!("{}", format_args!("{}", "in")),
        w = 9
    );
    println!("{:?}", format_args!("lit {}", 1).as_str());
    println!("{}", format_args!("{} {}", format_args!("{}", 'x'), "y"));
}
