trait T {
 fn f(u8, &mut [u8]);
 fn g(&self, (a, b): (u8, u8)) {
} }
fn h(x: Box<Send + 'static>, f: &(Fn(u8) -> u8 + Sync)) {
 let dyn = 1;
 let async = dyn;
 try!(x);
 }
