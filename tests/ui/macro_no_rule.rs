macro_rules! one {
    ($x:expr) => {
        $x
    };
}

fn main() {
    one!(1, 2); //~ ERROR no rules expected `,`
}
