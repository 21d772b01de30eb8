use std::mem::size_of;

#[derive(Clone, Copy)]
#[repr(u8)]
enum Op {
    Add = 10,
    Sub,
    Mul = 0x40,
    Div,
}

#[derive(Clone, Copy)]
enum Signed {
    Neg = -5,
    Zero = 0,
    Big = 1 << 20,
}

#[repr(i64)]
enum Wide {
    A = i64::MIN,
    B = -1,
}

fn main() {
    println!("{} {} {} {}", Op::Add as u8, Op::Sub as i32, Op::Mul as u64, Op::Div as usize);
    println!("{} {} {}", Signed::Neg as i32, Signed::Zero as i8, Signed::Big as i64);
    println!("{} {}", Wide::A as i64, Wide::B as i64);
    println!("{} {} {}", size_of::<Op>(), size_of::<Signed>(), size_of::<Wide>());
}
