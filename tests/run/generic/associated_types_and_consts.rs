trait Container {
    type Item;
    const NAME: &'static str;
    const CAPACITY: usize = 8;

    fn get(&self, index: usize) -> Option<&Self::Item>;

    fn first(&self) -> Option<&Self::Item> {
        self.get(0)
    }
}

struct Words(Vec<String>);
struct Single(i32);

impl Container for Words {
    type Item = String;
    const NAME: &'static str = "words";

    fn get(&self, index: usize) -> Option<&String> {
        self.0.get(index)
    }
}

impl Container for Single {
    type Item = i32;
    const NAME: &'static str = "single";
    const CAPACITY: usize = Self::NAME.len();

    fn get(&self, index: usize) -> Option<&i32> {
        (index == 0).then_some(&self.0)
    }
}

fn show<C: Container>(c: &C) -> String
where
    C::Item: std::fmt::Display,
{
    let first = c.first().map(|i| i.to_string()).unwrap_or_default();
    format!("{} {} {}", C::NAME, C::CAPACITY, first)
}

fn main() {
    println!("{}", show(&Words(vec!["hi".to_string()])));
    println!("{}", show(&Single(4)));
    println!("{:?}", <Words as Container>::get(&Words(vec![]), 3));
}
