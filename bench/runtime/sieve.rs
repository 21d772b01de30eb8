//! Prime numbers by sieve, then a count of how far apart they are: Vec<bool>, step_by, while loops.
fn sieve(limit: usize) -> Vec<bool> {
    let mut composite = vec![false; limit + 1];
    composite[0] = true;
    composite[1] = true;
    let mut i = 2;
    while i * i <= limit {
        if !composite[i] {
            for multiple in (i * i..=limit).step_by(i) {
                composite[multiple] = true;
            }
        }
        i += 1;
    }
    composite
}

fn is_prime(n: u64) -> bool {
    let mut d = 2;
    while d * d <= n {
        if n % d == 0 {
            return false;
        }
        d += 1;
    }
    n > 1
}

fn run() {
    let composite = sieve(3_000_000);
    let mut gaps = [0u32; 256];
    let mut last = 2;
    for (i, _) in composite.iter().enumerate().filter(|(_, c)| !**c) {
        gaps[i - last] += 1;
        last = i;
    }
    let most = gaps.iter().enumerate().max_by_key(|(_, count)| **count).unwrap();
    println!("{} {:?}", last, most);
    println!("{}", (0..600_000).filter(|n| is_prime(*n)).count());
}

fn main() {
    run();
    let start = std::time::Instant::now();
    run();
    eprintln!("{}", start.elapsed().as_micros());
}
