#[repr(C)]
union Bits {
    float: f32,
    int: u32,
    bytes: [u8; 4],
}

union Either {
    pair: (u8, u8),
    word: u16,
}

fn main() {
    let mut bits = Bits { float: 1.5 };
    unsafe {
        println!("{:x} {:?}", bits.int, bits.bytes);
        bits.int = 0x40490fdb;
        println!("{}", bits.float);
        bits.bytes[3] = 0xc0;
        println!("{}", bits.float);
        let Bits { int } = bits;
        println!("{:x}", int);
    }
    let mut e = Either { word: 0 };
    e.pair = (1, 1);
    println!("{} {}", unsafe { e.word }, std::mem::size_of::<Either>());
}
