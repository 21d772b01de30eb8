struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

use std::mem;

fn main() {
    let mut a = Guard("a");
    let old = mem::replace(&mut a, Guard("b"));
    println!("old {} new {}", old.0, a.0);
    drop(old);
    let mut c = Guard("c");
    mem::swap(&mut a, &mut c);
    println!("{} {}", a.0, c.0);
    mem::forget(a);
    let mut opt = Some(Guard("opt"));
    let taken = mem::take(&mut opt);
    println!("{} {}", opt.is_some(), taken.is_some());
    let manual = mem::ManuallyDrop::new(Guard("manual"));
    println!("{}", manual.0);
}
