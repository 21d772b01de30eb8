struct Holder<T>(T);

impl Drop for Holder<u32> { //~ E0366
    fn drop(&mut self) {}
}

struct Pair<T, U>(T, U);

impl<T> Drop for Pair<T, T> { //~ E0366
    fn drop(&mut self) {}
}

impl<A, B> Drop for Triple<A, B> {
    fn drop(&mut self) {}
}

struct Triple<A, B>(A, B, B);

fn main() {}
