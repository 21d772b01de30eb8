use std::mem::{align_of, size_of};

struct Mixed {
    _a: u8,
    _b: u32,
    _c: u8,
    _d: u64,
    _e: u16,
}

#[repr(C)]
struct MixedC {
    _a: u8,
    _b: u32,
    _c: u8,
    _d: u64,
    _e: u16,
}

#[repr(C, packed(2))]
struct Packed {
    _a: u8,
    _b: u32,
}

#[repr(align(32))]
struct Aligned(#[allow(dead_code)] u8);

#[repr(transparent)]
struct Wrap(#[allow(dead_code)] f32);

fn main() {
    println!("{} {}", size_of::<Mixed>(), align_of::<Mixed>());
    println!("{} {}", size_of::<MixedC>(), align_of::<MixedC>());
    println!("{} {}", size_of::<Packed>(), align_of::<Packed>());
    println!("{} {}", size_of::<Aligned>(), align_of::<Aligned>());
    println!("{} {}", size_of::<Wrap>(), align_of::<Wrap>());
    println!("{} {}", size_of::<()>(), size_of::<(u8, u16, u8)>());
    println!("{} {}", size_of::<[Mixed; 3]>(), size_of::<u128>());
}
