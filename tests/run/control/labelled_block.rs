fn classify(n: i32) -> &'static str {
    'answer: {
        if n < 0 {
            break 'answer "negative";
        }
        for k in 2..n {
            if n % k == 0 {
                break 'answer "composite";
            }
        }
        "prime"
    }
}

fn main() {
    for n in [-1, 2, 9, 13] {
        println!("{n} {}", classify(n));
    }
}
