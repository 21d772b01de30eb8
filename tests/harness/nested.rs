//@ args: outer --include-ignored
mod outer {
    #[test]
    fn first() {
        println!("hidden");
    }
    pub mod inner {
        #[test]
        #[should_panic]
        fn does_not_panic() {}
        #[test]
        #[ignore]
        fn ignored_but_included() -> Result<(), std::num::ParseIntError> {
            "x1".parse::<i32>().map(|_| ())
        }
        #[test]
        #[should_panic(expected = "other words")]
        fn panics_otherwise() {
            panic!("these words");
        }
    }
}
#[test]
fn filtered_out() {
    unreachable!();
}
fn main() {}
