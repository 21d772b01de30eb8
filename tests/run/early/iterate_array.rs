//@ exit: 60
fn main() {
    let items = [10, 20, 30];
    let mut sum = 0;
    for x in items {
        sum += x;
    }
    let mut again = 0;
    for x in items.iter() {
        again += *x;
    }
    for (i, x) in items.iter().enumerate() {
        again -= x * (i as i32 - i as i32);
    }
    std::process::exit(if sum == again { sum } else { 1 });
}
