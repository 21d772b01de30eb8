fn main() {
    let v = vec![3, 1, 4, 1, 5, 9, 2, 6];
    let odd: Vec<i32> = v.iter().copied().filter(|x| x % 2 == 1).collect();
    println!("{:?} {}", odd, v.iter().map(|x| x * x).sum::<i32>());
    println!("{:?}", v.iter().enumerate().skip(2).step_by(3).collect::<Vec<_>>());
    println!("{:?} {:?}", v.iter().position(|&x| x == 5), v.iter().min_by_key(|x| (**x - 5).abs()));
    println!("{}", v.windows(2).filter(|w| w[0] < w[1]).count());
    println!("{}", v.iter().fold(String::new(), |s, x| s + &x.to_string()));
    println!("{:?}", v.chunks(3).map(|c| c.iter().product::<i32>()).collect::<Vec<_>>());
    let (a, b): (Vec<i32>, Vec<i32>) = v.iter().partition(|x| **x > 3);
    println!("{:?} {:?} {} {}", a, b, v.iter().any(|x| *x == 9), v.iter().all(|x| *x > 1));
    println!("{:?}", (1..4).flat_map(|n| (0..n).map(move |k| n * 10 + k)).collect::<Vec<_>>());
    println!("{:?}", v.iter().rev().chain(&[0]).take(3).collect::<Vec<_>>());
    let mut peek = "a1b".chars().peekable();
    while let Some(c) = peek.next() {
        print!("{c}{:?} ", peek.peek());
    }
    println!();
}
