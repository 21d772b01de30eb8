use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

fn main() {
    let mut counts: HashMap<char, u32> = HashMap::new();
    for c in "hello world".chars() {
        *counts.entry(c).or_insert(0) += 1;
    }
    let mut sorted: Vec<_> = counts.iter().collect();
    sorted.sort();
    println!("{:?}", sorted);
    println!("{:?}", counts.get(&'l'));
    println!("{:?}", counts.remove(&'z'));
    let tree: BTreeMap<_, _> = [(3, "c"), (1, "a"), (2, "b")].into();
    println!("{:?} {:?}", tree, tree.range(2..).next());
    let set: HashSet<i32> = (0..100).map(|x| x % 7).collect();
    println!("{} {}", set.len(), set.contains(&6));
    let a: BTreeSet<_> = (0..6).collect();
    let b: BTreeSet<_> = (4..9).collect();
    println!("{:?} {:?}", a.intersection(&b).collect::<Vec<_>>(), a.difference(&b).count());
    let mut queue: VecDeque<i32> = VecDeque::new();
    queue.push_back(1);
    queue.push_front(0);
    queue.extend([2, 3]);
    println!("{:?} {:?}", queue.pop_front(), queue);
}
