fn main(args: Vec<String>) {} //~ E0580
