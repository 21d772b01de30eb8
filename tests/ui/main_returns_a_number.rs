fn main() -> i32 { //~ E0277
    0
}
