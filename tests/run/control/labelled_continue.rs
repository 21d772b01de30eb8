fn main() {
    let mut primes = 0;
    'candidates: for n in 2..50 {
        for k in 2..n {
            if n % k == 0 {
                continue 'candidates;
            }
        }
        primes += 1;
    }
    println!("{primes}");
}
