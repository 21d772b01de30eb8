fn main() {
    missing!(); //~ ERROR cannot find macro `missing` in this scope
}
