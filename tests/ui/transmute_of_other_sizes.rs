fn main() {
    let bits = unsafe { std::mem::transmute::<f32, u64>(1.0) }; //~ E0512
    let fine = unsafe { std::mem::transmute::<f32, u32>(1.0) };
}
