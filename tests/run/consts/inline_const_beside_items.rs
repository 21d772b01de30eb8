// A const block or an array length in a block with items of its own has the function's generics and bounds.
trait Named {
    const LEN: usize;
}

impl Named for u8 {
    const LEN: usize = 3;
}

fn parts<T: Named, U>(n: usize) -> usize {
    const fn gcd(a: usize, b: usize) -> usize {
        if b == 0 { a } else { gcd(b, a % b) }
    }
    let g = const { gcd(size_of::<T>(), size_of::<U>()) };
    let inner = {
        const STEP: usize = 2;
        const { T::LEN * STEP }
    };
    n / g + inner + [0u8; { const K: usize = 4; K + 1 }].len()
}

fn main() {
    println!("{} {}", parts::<u8, u16>(7), parts::<u8, u64>(100));
    let bytes = [1u8, 2, 3, 4, 5, 6, 7, 8, 9];
    let (before, words, after) = unsafe { bytes.align_to::<u16>() };
    println!("{}", before.len() + 2 * words.len() + after.len());
}
