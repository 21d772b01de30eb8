const trait A: [const] B + ?Sized {
} impl<T: ~const A> const A for T {
}impl !Send for X {
} default unsafe impl<'a, T> A for T where T: 'a {
}unsafe auto trait M {
} trait Al = A + B where u8: C;
pub(in a::b) macro m($x:expr) {
 $x } macro n {
 () => {
} }
