const SIZE: usize = 3;
const _: () = assert!(SIZE == 4, "size is wrong"); //~ E0080
const BELOW: usize = SIZE - 4; //~ E0080
static TABLE: [u8; 2] = [1, [2, 3][SIZE]]; //~ E0080
const NEVER: u32 = panic!("no"); //~ E0080

struct Holder;

const BELOW_ALL: [usize; 4] = [0; 4];

impl Holder {
    const UNUSED: usize = BELOW_ALL[SIZE] - 5;
}

const FINE: Option<&str> = Some("fine");

fn main() {
    const INSIDE: i32 = 1 / (SIZE as i32 - 3); //~ E0080
    println!("{TABLE:?} {FINE:?}");
}
