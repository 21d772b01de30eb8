struct Fib {
    a: u64,
    b: u64,
}

impl Iterator for Fib {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let out = self.a;
        self.a = self.b;
        self.b += out;
        Some(out)
    }
}

struct Countdown(u32);

impl Iterator for Countdown {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.0 = self.0.checked_sub(1)?;
        Some(self.0)
    }
}

struct Ring {
    items: [char; 3],
}

impl<'a> IntoIterator for &'a Ring {
    type Item = &'a char;
    type IntoIter = std::slice::Iter<'a, char>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

fn main() {
    for n in (Fib { a: 0, b: 1 }) {
        if n > 50 {
            break;
        }
        print!("{n} ");
    }
    for n in Countdown(3) {
        print!("{n} ");
    }
    for c in &(Ring { items: ['x', 'y', 'z'] }) {
        print!("{c}");
    }
    println!();
    let total: u64 = Fib { a: 0, b: 1 }.take_while(|n| *n < 1000).filter(|n| n % 2 == 0).sum();
    println!("{total} {:?}", Countdown(4).zip(Fib { a: 5, b: 8 }).last());
}
