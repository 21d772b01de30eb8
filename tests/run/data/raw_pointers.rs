fn main() {
    let data = [10u16, 20, 30, 40];
    let p = data.as_ptr();
    unsafe {
        println!("{} {}", *p.add(2), *p.offset(1));
        let end = p.add(data.len());
        println!("{}", end.offset_from(p));
        let mut at = p;
        let mut sum = 0;
        while at != end {
            sum += *at;
            at = at.add(1);
        }
        println!("{sum}");
    }
    let mut out = 0u32;
    let q: *mut u32 = &mut out;
    unsafe {
        q.write(0x01020304);
        println!("{:?} {}", std::slice::from_raw_parts(q as *const u8, 4), q.is_null());
    }
    println!("{}", std::ptr::null::<u8>().is_null());
}
