// The tail of a packed struct is aligned to no more than the packing.
use std::mem::ManuallyDrop;

#[repr(C, packed)]
struct Bytes {
    tag: u8,
    tail: [u32],
}

#[repr(C, packed(2))]
struct Two<T: ?Sized> {
    tag: u8,
    tail: ManuallyDrop<T>,
}

fn main() {
    let storage = [0u8; 16];
    let bytes: *const Bytes = std::ptr::slice_from_raw_parts(storage.as_ptr(), 3) as *const Bytes;
    let b: &Bytes = unsafe { &*bytes };
    println!("{} {}", align_of_val(b), size_of_val(b));
    let two = Two { tag: 1, tail: ManuallyDrop::new([7u64, 8]) };
    let slice: &Two<[u64]> = &two;
    println!("{} {}", align_of_val(slice), size_of_val(slice));
    let third = unsafe { (&raw const slice.tail).cast::<u64>().add(1).read_unaligned() };
    println!("{third} {}", slice.tag);
    let boxed: Box<Two<[u64]>> = Box::new(Two { tag: 2, tail: ManuallyDrop::new([1, 2, 3]) });
    println!("{} {}", align_of_val(&*boxed), size_of_val(&*boxed));
}
