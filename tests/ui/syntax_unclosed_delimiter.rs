fn main() {
    if true {
} //~ ERROR this file contains an unclosed delimiter
