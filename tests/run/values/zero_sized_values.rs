#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Nothing;

fn pass(a: (), n: i32, b: Nothing, c: [u8; 0]) -> ((), i32, Nothing, usize) {
    (a, n + 1, b, c.len())
}

fn main() {
    println!("{:?}", pass((), 1, Nothing, []));
    let all = vec![Nothing; 3];
    println!("{} {:?} {}", all.len(), all[2], std::mem::size_of_val(&all[..]));
    let mut units = vec![()];
    units.push(());
    println!("{:?} {:?}", units, units.iter().map(|_| 1).sum::<i32>());
    let f = || Nothing;
    println!("{} {:?}", std::mem::size_of_val(&f), Some(f()));
}
