// The functions of a `const impl` are const.
//@ nightly
#![feature(const_trait_impl)]
struct Meters(u32);

const impl Meters {
    fn twice(&self) -> u32 {
        self.0 * 2
    }
}

const LENGTH: u32 = Meters(21).twice();

fn main() {
    println!("{LENGTH}");
}
