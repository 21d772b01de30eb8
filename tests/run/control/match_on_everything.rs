// Arms are tried from the top; guards see the bindings; a failed guard goes on with the next arm.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    Num(i64),
    Op(char),
    Pair(u8, (bool, char)),
    End,
}
use Token::*;

const LIMIT: i64 = 1000;

fn rule(t: Token) -> u32 {
    match t {
        Num(n) if n < 0 => 1,
        Num(0) => 2,
        Num(1..=9) => 3,
        Num(LIMIT) => 4,
        Num(n @ (10 | 20 | 30)) if n != 20 => 5,
        Num(n) if n % 2 == 0 => 6,
        Op('+' | '-') => 7,
        Op(c) if c.is_alphabetic() => 8,
        Pair(0, (true, _)) | Pair(_, (false, 'x')) => 9,
        Pair(n @ 1.., (b, 'a'..='m')) => 10 + n as u32 + b as u32,
        End => 99,
        Num(_) | Op(_) | Pair(..) => 0,
    }
}

fn main() {
    let all = [
        Num(-1), Num(0), Num(5), Num(1000), Num(10), Num(20), Num(21), Op('+'), Op('q'), Op('*'),
        Pair(0, (true, 'z')), Pair(7, (false, 'x')), Pair(3, (true, 'b')), Pair(3, (true, 'z')), Pair(0, (false, 'a')), End,
    ];
    for t in all {
        println!("{:?} {}", t, rule(t));
    }
    let v = [Some(1), None, Some(3)];
    if let [Some(a), None, Some(b)] = v {
        println!("{}", a + b);
    }
    let x = 5u8;
    println!("{}", match &x { 0 => "zero", &n if n > 4 => "big", _ => "small" });
    println!("{}", match (x, "s") { (5, "t") => 1, (_, "s") => 2, _ => 3 });
}
