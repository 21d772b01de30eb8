struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn early(n: i32) -> Result<i32, String> {
    let _outer = Guard("outer");
    for i in 0..3 {
        let _inner = Guard("inner");
        if i == n {
            return Ok(i);
        }
        if n < 0 {
            Err("negative".to_string())?;
        }
        if n == 9 {
            break;
        }
        if n == 8 {
            continue;
        }
        println!("iteration {i}");
    }
    Ok(100)
}

fn main() {
    for n in [1, -1, 9, 8] {
        println!("{:?}", early(n));
    }
}
