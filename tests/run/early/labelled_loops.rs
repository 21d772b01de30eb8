//@ exit: 22
fn main() {
    let mut total = 0;
    'outer: for i in 0..10 {
        for j in 0..10 {
            if j == i {
                continue 'outer;
            }
            if i + j > 6 {
                break 'outer;
            }
            total += 1;
        }
    }
    let extra = 'block: {
        if total == 9 {
            break 'block 13;
        }
        0
    };
    std::process::exit(total + extra);
}
