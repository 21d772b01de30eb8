use std::any::type_name;
use std::ops::Add;
struct V(f32, f32);
struct G<T>(T);
mod m {
    pub struct In;
    pub enum E {
        A(u8),
    }
    pub trait T {
        type B;
    }
}
fn nm<T>(_: T) -> &'static str {
    type_name::<T>()
}
fn gen<T>() {}
fn main() {
    println!("{}", nm(V));
    println!("{}", nm(V(0.0, 1.0)));
    println!(
        "{}",
        type_name::<dyn Add<i32, Output = i32> + Send + Sync>()
    );
    println!("{}", type_name::<dyn m::T<B = i32> + Send>());
    println!("{}", nm(m::E::A));
    println!("{}", nm(|| 1));
    println!("{}", nm(main));
    println!("{}", nm(gen::<u8>));
    println!("{}", nm(G::<m::In>));
    println!("{}", type_name::<fn(i32) -> Option<m::In>>());
    println!("{}", type_name::<&'static mut [u8; 3]>());
    println!("{}", type_name::<Box<dyn std::fmt::Debug>>());
    println!("{}", type_name::<(i32, *const str, ())>());
}
