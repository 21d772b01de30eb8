use std::fmt::Debug;
use std::mem::{align_of_val, size_of_val};

trait Any {}
impl<T> Any for T {}

fn main() {
    let values: [Box<dyn Any>; 4] = [Box::new(1u8), Box::new(1u64), Box::new([1u16; 5]), Box::new(())];
    for v in &values {
        println!("{} {}", size_of_val(&**v), align_of_val(&**v));
    }
    let s: &[u32] = &[1, 2, 3];
    println!("{} {} {}", size_of_val(s), size_of_val("hello"), std::mem::size_of::<&dyn Debug>());
}
