//@ exit: 67
fn main() {
    let boxed = Box::new(7);
    let mut v = Vec::new();
    v.push(10);
    v.push(20);
    v.push(*boxed + 23);
    let mut sum = 0;
    let mut i = 0;
    while i < v.len() {
        sum += v[i];
        i += 1;
    }
    for x in &v {
        sum += x - x;
    }
    drop(boxed);
    std::process::exit(sum + v.len() as i32 + 4);
}
