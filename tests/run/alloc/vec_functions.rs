fn main() {
    let mut v: Vec<i32> = (1..=10).collect();
    v.retain(|x| x % 3 != 0);
    v.insert(2, 99);
    println!("{} {:?}", v.remove(0), v);
    v.extend([5, 6]);
    v.swap(0, 1);
    println!("{:?} {:?}", v.drain(1..3).collect::<Vec<_>>(), v);
    v.sort_by(|a, b| b.cmp(a));
    v.dedup();
    println!("{:?}", v.split_off(3));
    println!("{:?}", v);
    let words = ["b", "a", "c"];
    let mut sorted = words.to_vec();
    sorted.sort_unstable();
    println!("{} {:?}", sorted.concat(), words.iter().rev().collect::<Vec<_>>());
    println!("{}", vec![1u8; 1000].iter().map(|x| *x as u32).sum::<u32>());
}
