fn main() {
    let mut n = 0;
    let found = loop {
        n += 1;
        if n * n > 50 {
            break n;
        }
    };
    println!("{found}");
    let pair = 'outer: loop {
        let mut i = 0;
        loop {
            i += 1;
            if i == 4 {
                break 'outer (i, n);
            }
            if i > 100 {
                break;
            }
        }
    };
    println!("{:?}", pair);
}
