struct NoDebug;

fn show<T: std::fmt::Debug>(value: T) {}

fn main() {
    show(NoDebug); //~ E0277
    let x = 1 + "a"; //~ E0277
    for i in 5 {} //~ E0277
}
