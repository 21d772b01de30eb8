#[derive(Debug, Clone, PartialEq)]
struct Big([u64; 5]);

trait Make {
    fn make(&self, b: Big, n: u64) -> Big;
}

struct Plus;

impl Make for Plus {
    fn make(&self, mut b: Big, n: u64) -> Big {
        b.0[4] += n;
        b
    }
}

fn pass(f: &dyn Fn(Big) -> Big, b: Big) -> Option<Big> {
    Some(f(b)).filter(|b| b.0[0] > 0)
}

fn main() {
    let base = Big([1, 2, 3, 4, 5]);
    let captured = base.clone();
    let add = move |b: Big| Big(std::array::from_fn(|i| b.0[i] + captured.0[i]));
    println!("{:?}", pass(&add, base.clone()));
    let m: &dyn Make = &Plus;
    println!("{:?}", m.make(base.clone(), 95));
    let f: fn(&Plus, Big, u64) -> Big = Plus::make;
    println!("{:?} {:?}", f(&Plus, base.clone(), 1), pass(&|_| Big([0; 5]), base));
}
