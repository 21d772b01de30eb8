#[path = "circular_modules.rs"] mod again; //~ ERROR circular modules: 
fn main() {}
