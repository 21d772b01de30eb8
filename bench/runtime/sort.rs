//! Sorting: a quicksort and a heap of one's own, then the library's sorts, over Vec<u64>.
fn partition(v: &mut [u64]) -> usize {
    let pivot = v[(v.len() - 1) / 2];
    let (mut low, mut high) = (0, v.len() - 1);
    loop {
        while v[low] < pivot {
            low += 1;
        }
        while v[high] > pivot {
            high -= 1;
        }
        if low >= high {
            return high;
        }
        v.swap(low, high);
        low += 1;
        high -= 1;
    }
}

fn quicksort(v: &mut [u64]) {
    if v.len() > 1 {
        let at = partition(v);
        let (left, right) = v.split_at_mut(at + 1);
        quicksort(left);
        quicksort(right);
    }
}

struct Heap {
    items: Vec<u64>,
}

impl Heap {
    fn push(&mut self, item: u64) {
        self.items.push(item);
        let mut at = self.items.len() - 1;
        while at > 0 {
            let parent = (at - 1) / 2;
            if self.items[parent] <= self.items[at] {
                break;
            }
            self.items.swap(parent, at);
            at = parent;
        }
    }

    fn pop(&mut self) -> Option<u64> {
        if self.items.is_empty() {
            return None;
        }
        let first = self.items.swap_remove(0);
        let mut at = 0;
        loop {
            let mut child = 2 * at + 1;
            if child >= self.items.len() {
                return Some(first);
            }
            if child + 1 < self.items.len() && self.items[child + 1] < self.items[child] {
                child += 1;
            }
            if self.items[at] <= self.items[child] {
                return Some(first);
            }
            self.items.swap(at, child);
            at = child;
        }
    }
}

fn numbers(count: usize, mut seed: u64) -> Vec<u64> {
    (0..count)
        .map(|_| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed % 1_000_003
        })
        .collect()
}

fn check(v: &[u64]) -> u64 {
    assert!(v.windows(2).all(|pair| pair[0] <= pair[1]));
    v.iter().enumerate().fold(0, |sum, (i, x)| sum ^ (x + i as u64))
}

fn run() {
    let mut first = numbers(300_000, 88172645463325252);
    quicksort(&mut first);
    println!("{}", check(&first));
    let mut heap = Heap { items: Vec::new() };
    for x in numbers(80_000, 7) {
        heap.push(x);
    }
    let mut second = Vec::new();
    while let Some(x) = heap.pop() {
        second.push(x);
    }
    println!("{}", check(&second));
    let mut third = numbers(100_000, 99);
    third.sort();
    println!("{}", check(&third));
    let mut fourth = numbers(100_000, 12345);
    fourth.sort_unstable_by_key(|x| !x);
    fourth.reverse();
    println!("{}", check(&fourth));
}

fn main() {
    run();
    let start = std::time::Instant::now();
    run();
    eprintln!("{}", start.elapsed().as_micros());
}
