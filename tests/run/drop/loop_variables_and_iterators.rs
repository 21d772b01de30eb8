struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn main() {
    for g in vec![Guard("1"), Guard("2"), Guard("3")] {
        println!("see {}", g.0);
        if g.0 == "2" {
            break;
        }
    }
    println!("--");
    let mut v = vec![Guard("a"), Guard("b"), Guard("c")];
    v.truncate(2);
    println!("--");
    let last = v.pop();
    v.insert(0, Guard("d"));
    v.remove(1);
    println!("-- {}", last.unwrap().0);
    v.clear();
    println!("cleared");
}
