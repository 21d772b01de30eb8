use std::any::Any;

fn describe(value: &dyn Any) -> String {
    if let Some(n) = value.downcast_ref::<i32>() {
        format!("i32 {n}")
    } else if let Some(s) = value.downcast_ref::<&str>() {
        format!("str {s}")
    } else if value.is::<String>() {
        "string".to_string()
    } else {
        "unknown".to_string()
    }
}

fn main() {
    println!("{} {} {}", describe(&5), describe(&"x"), describe(&1u8));
    let boxed: Box<dyn Any> = Box::new(String::from("owned"));
    println!("{}", describe(&*boxed));
    println!("{}", boxed.downcast::<String>().unwrap());
}
