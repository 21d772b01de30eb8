use std::rc::Rc;

trait Observer<E> {
    fn notify(&self, event: &E) -> usize;
}

struct Len;
struct Twice<O>(O);

impl Observer<String> for Len {
    fn notify(&self, event: &String) -> usize {
        event.len()
    }
}

impl<E, O: Observer<E>> Observer<E> for Twice<O> {
    fn notify(&self, event: &E) -> usize {
        self.0.notify(event) + self.0.notify(event)
    }
}

struct Hub<E> {
    all: Vec<Rc<dyn Observer<E>>>,
}

fn main() {
    let len = Rc::new(Len);
    let hub = Hub { all: vec![len.clone(), Rc::new(Twice(Len)), len] };
    let event = "event".to_string();
    println!("{}", hub.all.iter().map(|o| o.notify(&event)).sum::<usize>());
    println!("{}", Rc::strong_count(&hub.all[0]));
}
