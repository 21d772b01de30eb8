#[derive(Clone, Copy)]
struct Text { //~ E0204
    words: String,
    count: u32,
}

#[derive(Clone)]
enum Either<T> {
    Left(T),
    Right(Vec<T>),
}

impl<T: Copy> Copy for Either<T> {} //~ E0204

#[derive(Clone, Copy)]
struct Pair<T>(T, Option<T>);

#[derive(Clone)]
struct Handle(u32);

impl Copy for Handle {} //~ E0184

impl Drop for Handle {
    fn drop(&mut self) {}
}

impl Copy for &'static mut Handle {} //~ E0206

unsafe trait Trusted {}
trait Usual {}

impl Trusted for Handle {} //~ E0200
unsafe impl Usual for Handle {} //~ E0199
unsafe impl Trusted for Text {}
impl Send for Text {} //~ E0200

fn main() {}
