//@ stderr-contains: to stderr
fn main() {
    let (name, n) = ("x", 3);
    println!("plain");
    println!("{} {} {0}", 1, "two");
    println!("{1} {0} {first}", 'a', 2.5, first = true);
    println!("{name}={n} {name:?} {n:03}");
    println!("{{}} {{{n}}} 100%");
    print!("no newline ");
    println!();
    eprintln!("to stderr");
    println!("{}", format_args!("{} {}", 1, 2));
    let s = format!("{:>1$}", "ab", 5);
    println!("[{s}] {}", concat!("a", 1, true));
}
