//@ stderr-contains: internal error: entered unreachable code: state 3
//@ stderr-contains: not yet implemented
//@ stderr-contains: not implemented: later
use std::panic::catch_unwind;

fn main() {
    let n = 3;
    println!("{}", catch_unwind(|| unreachable!("state {n}")).is_err());
    println!("{}", catch_unwind(|| todo!()).is_err());
    println!("{}", catch_unwind(|| unimplemented!("later")).is_err());
}
