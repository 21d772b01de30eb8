fn main() {
    let mut stack = vec![1, 2, 3];
    while let Some(top) = stack.pop() {
        print!("{top} ");
        if top == 2 {
            stack.push(10);
            stack.push(20);
        }
        if top == 10 {
            break;
        }
    }
    println!("{}", stack.len());
}
