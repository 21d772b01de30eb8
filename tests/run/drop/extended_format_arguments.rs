// What `let x = format_args!(...)` borrows lives as long as `x`, used in order or not.
#[derive(Debug)]
struct Noisy(u32);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn main() {
    let in_order = format_args!("{:?} {:?}", Noisy(1), Noisy(2));
    let _ = &in_order;
    println!("after the first");
    let twice = format_args!("{0:?} {1:?} {0:?}", Noisy(3), Noisy(4));
    println!("after the second: {twice}");
    let of_call = std::convert::identity(Some(&Noisy(5)).is_some());
    println!("after the third: {of_call}");
    println!("{in_order} {:?}", Noisy(6));
}
