//@ exit: 101
//@ stderr-contains: assertion `left == right` failed: sums
//@ stderr-contains:   left: 3
//@ stderr-contains:  right: 4
fn main() {
    assert!(1 + 1 == 2, "arithmetic");
    assert_ne!(1, 2);
    debug_assert!(true);
    assert_eq!(1 + 2, 4, "sums");
}
