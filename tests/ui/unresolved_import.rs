use std::collections::HashMapp; //~ E0432
use nowhere::thing; //~ E0432

fn main() {}
