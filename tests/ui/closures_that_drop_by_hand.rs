// Calls in closures are checked whether or not the closures are called.
struct Dropped;
impl Drop for Dropped {
    fn drop(&mut self) {}
}

fn main() {
    let _drops = |mut d: Dropped| d.drop(); //~ E0040
}
