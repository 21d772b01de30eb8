// A panic of an overloaded index tells where its bracket opens, or where a macro was called.
macro_rules! at { ($v:ident, $i:expr) => { $v[$i] }; }
macro_rules! all { ($e:expr) => { $e + 1 }; }
fn main() {
    std::panic::set_hook(Box::new(|info| println!("{}", info.location().unwrap())));
    let v: Vec<i32> = Vec::new();
    for k in 0..6 {
        let _ = std::panic::catch_unwind(|| match k {
            0 => at!(v, 3),
            1 => { assert_eq!(v[9], 1); 1 }
            2 => all!(v[4]),
            3 => { println!("{}", v[7]); 2 }
            4 => vec![vec![1]][0][5],
            _ => { let mut w = v.clone(); w
                [8] = 2; 1 }
        });
    }
}
