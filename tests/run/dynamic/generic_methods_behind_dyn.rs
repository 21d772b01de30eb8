trait Visitor {
    fn visit(&mut self, n: i32);

    fn visit_all<I: IntoIterator<Item = i32>>(&mut self, items: I)
    where
        Self: Sized,
    {
        for item in items {
            self.visit(item);
        }
    }
}

impl<V: Visitor + ?Sized> Visitor for &mut V {
    fn visit(&mut self, n: i32) {
        (**self).visit(n)
    }
}

struct Sum(i32);

impl Visitor for Sum {
    fn visit(&mut self, n: i32) {
        self.0 += n;
    }
}

fn feed_any<V: Visitor>(mut v: V) {
    v.visit_all(vec![1, 2, 3]);
}

fn feed(v: &mut dyn Visitor) {
    feed_any(v);
}

fn main() {
    let mut sum = Sum(0);
    feed(&mut sum);
    sum.visit_all([10]);
    println!("{}", sum.0);
}
