// A constant argument has its parameter's type, also in a block that declares items.
struct Wrapped<const N: i64>;

impl<const N: i64> Wrapped<N> {
    fn plus<const M: i8>(&self) -> i64 {
        N + M as i64
    }
}

fn wrapped<const N: i64>() -> Wrapped<N> {
    Wrapped
}

const TOP: i64 = 1;

fn main() {
    const LOCAL: i64 = 3;
    println!("{}", wrapped::<{ TOP - 9 }>().plus::<-4>());
    println!("{}", wrapped::<{ LOCAL - 9 }>().plus::<-1>());
    let nested = {
        const DEEPER: i64 = LOCAL - 10;
        let value: Wrapped<{ DEEPER - 4 }> = Wrapped;
        value
    };
    println!("{}", nested.plus::<4>());
}
