use std::fmt::Debug;

trait Store {
    type Key: Debug;
    fn put(&mut self, key: Self::Key) -> bool;
    fn size(&self) -> usize;
}

impl<K: PartialEq + Debug> Store for Vec<K> {
    type Key = K;

    fn put(&mut self, key: K) -> bool {
        let fresh = !self.contains(&key);
        if fresh {
            self.push(key);
        }
        fresh
    }

    fn size(&self) -> usize {
        self.len()
    }
}

fn fill<S>(store: &mut S, keys: Vec<S::Key>) -> usize
where
    S: Store + ?Sized,
{
    keys.into_iter().filter(|_| true).fold(0, |n, k| n + store.put(k) as usize)
}

fn main() {
    let mut v = vec![];
    println!("{} {}", fill(&mut v, vec![1, 2, 1]), v.size());
    let s: &mut dyn Store<Key = &str> = &mut vec!["a"];
    println!("{} {}", fill(s, vec!["a", "b"]), s.size());
}
