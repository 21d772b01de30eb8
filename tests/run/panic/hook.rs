use std::panic;

fn main() {
    panic::set_hook(Box::new(|info| {
        println!("hook: {} at line {}", info.payload_as_str().unwrap_or("?"), info.location().unwrap().line());
    }));
    let _ = panic::catch_unwind(|| panic!("hooked"));
    let _ = panic::take_hook();
    println!("end");
}
