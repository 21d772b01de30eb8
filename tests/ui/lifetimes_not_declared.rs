struct Ref<T> {
    value: &'a T, //~ E0261
}

struct Unused<'a, 'b, T> { //~ E0392
    value: &'b T,
}

enum Gone<'x> { //~ E0392
    One,
}

impl Ref<&'b u8> { //~ E0261
    fn get(&self) -> &'c u8 { //~ E0261
        let x: &'d u8 = self.value; //~ E0261
        x
    }
}

fn twice<'a, 'a>(x: &'a u8) {} //~ E0403

fn reserved<'static>(x: &'static u8) {} //~ E0262

trait Shape<'s> {
    fn shadow<'s>(&self, other: &'s u8); //~ E0496
    fn fine(&self, other: &'s u8);
}

fn bounds<T: 'z>(x: T) where T: for<'q> Fn(&'q u8) -> &'q u8, 'y: 'static {} //~ E0261

fn labels(items: &[u8]) {
    'outer: for item in items {
        let f = |x: &u8| *x > *item;
        if f(item) {
            continue 'outer;
        }
    }
}

fn outer<'long>() {
    fn inner(x: &'long u8) {} //~ E0401
}

type Callback = Box<dyn for<'r> Fn(&'r u8) -> &'r u8 + 'static>;

macro_rules! borrow {
    ($name:ident, $life:lifetime) => {
        fn $name<$life>(x: &$life u8) -> &$life u8 {
            x
        }
    };
}

borrow!(borrowed, 'k);

fn main() {}
