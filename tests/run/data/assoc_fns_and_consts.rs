#[derive(Debug, Default, Clone)]
struct Stack {
    items: Vec<i32>,
}

impl Stack {
    const LIMIT: usize = 2;

    fn new() -> Self {
        Self::default()
    }

    fn push(mut self, item: i32) -> Self {
        if self.items.len() < Self::LIMIT {
            self.items.push(item);
        }
        self
    }

    fn take(self: Box<Self>) -> Vec<i32> {
        self.items
    }
}

fn main() {
    let s = Stack::new().push(1).push(2).push(3);
    println!("{:?} {}", s, Stack::LIMIT);
    println!("{:?}", Box::new(s.clone()).take());
}
