struct List {
    value: i32,
    next: Option<Box<List>>,
}

fn main() {
    let b = Box::new(41);
    println!("{} {}", *b + 1, b);
    let mut list: Option<Box<List>> = None;
    for value in 1..=4 {
        list = Some(Box::new(List { value, next: list }));
    }
    let mut at = &list;
    while let Some(node) = at {
        print!("{} ", node.value);
        at = &node.next;
    }
    println!();
    let unboxed: List = *list.unwrap();
    println!("{} {}", unboxed.value, unboxed.next.is_some());
    let slice: Box<[i32]> = vec![1, 2, 3].into_boxed_slice();
    let text: Box<str> = "boxed".into();
    println!("{:?} {}", slice, text);
    let raw = Box::into_raw(Box::new(7));
    println!("{}", unsafe { *Box::from_raw(raw) });
}
