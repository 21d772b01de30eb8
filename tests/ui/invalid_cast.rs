struct S;

fn main() {
    let a = 5u32 as char; //~ E0604
    let b = S as i32; //~ E0605
    let c = 3.5f32 as bool; //~ E0054
}
