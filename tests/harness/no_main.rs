// A file of tests needs no `main` of its own.
#[test]
fn adds() {
    assert_eq!(1 + 1, 2);
}
