fn main() {
    let mut s = String::from("héllo");
    s.push(' ');
    s.push_str("wörld");
    s += "!";
    println!("{s} {} {}", s.len(), s.chars().count());
    println!("{:?} {:?}", s.find('w'), s.find("zzz"));
    println!("{} {}", s.to_uppercase(), s.replace("l", "L"));
    println!("{:?}", "a,b,,c".split(',').collect::<Vec<_>>());
    println!("{:?}", "  x y ".trim().split_whitespace().rev().collect::<Vec<_>>());
    println!("{:?} {:?}", s.char_indices().nth(2), s.bytes().next());
    println!("{} {}", &s[..1], s.starts_with("hé"));
    println!("{:?} {:?}", "42".parse::<i32>(), "x".parse::<i32>().is_err());
    println!("{:?}", "3.5e2".parse::<f64>());
    println!("{}", "ab".repeat(3) + &'c'.to_string());
    println!("{:?}", "l1\nl2\r\nl3".lines().collect::<Vec<_>>());
    println!("{:?}", String::from_utf8(vec![104, 105]).unwrap());
    println!("{:?} {:?}", "key=value".split_once('='), "abc".cmp("abd"));
    let r: String = "abc".chars().rev().collect();
    println!("{r} {}", r < s);
}
