// Instances of the library's generics.
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::cell::RefCell;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key(u32);

fn main() {
    let mut list = Vec::new();
    list.push(Key(3));
    list.push(Key(1));
    list.sort();
    println!("{:?} {:?}", list, list.binary_search(&Key(3)));
    let mut map = HashMap::new();
    for key in &list {
        *map.entry(key.clone()).or_insert(0u32) += 1;
    }
    println!("{} {:?}", map.len(), map.get(&Key(1)));
    let mut tree = BTreeMap::new();
    tree.insert(Key(2), String::from("two"));
    tree.insert(Key(1), String::from("one"));
    println!("{:?}", tree);
    let set: HashSet<u8> = [1, 2, 2].into_iter().collect();
    println!("{}", set.len());
    let mut queue = VecDeque::new();
    queue.push_back(1u16);
    queue.push_front(2);
    println!("{:?}", queue.pop_back());
    let shared = Rc::new(RefCell::new(vec![1u8]));
    shared.borrow_mut().push(2);
    println!("{:?} {}", shared, Rc::strong_count(&shared));
    let text: String = list.iter().map(|k| k.0.to_string()).collect::<Vec<_>>().join(",");
    println!("{} {:?}", text, text.split(',').map(str::parse::<u32>).collect::<Result<Vec<_>, _>>());
}
