#![allow(dead_code)]
const fn sha256(msg: &[u8]) -> [u8; 32] {
    const K: [u32; 64] = {
        // fractional parts of cube roots of the first 64 primes, given
        [0x428a2f98,0x71374491,0xb5c0fbcf,0xe9b5dba5,0x3956c25b,0x59f111f1,0x923f82a4,0xab1c5ed5,0xd807aa98,0x12835b01,0x243185be,0x550c7dc3,0x72be5d74,0x80deb1fe,0x9bdc06a7,0xc19bf174,0xe49b69c1,0xefbe4786,0x0fc19dc6,0x240ca1cc,0x2de92c6f,0x4a7484aa,0x5cb0a9dc,0x76f988da,0x983e5152,0xa831c66d,0xb00327c8,0xbf597fc7,0xc6e00bf3,0xd5a79147,0x06ca6351,0x14292967,0x27b70a85,0x2e1b2138,0x4d2c6dfc,0x53380d13,0x650a7354,0x766a0abb,0x81c2c92e,0x92722c85,0xa2bfe8a1,0xa81a664b,0xc24b8b70,0xc76c51a3,0xd192e819,0xd6990624,0xf40e3585,0x106aa070,0x19a4c116,0x1e376c08,0x2748774c,0x34b0bcb5,0x391c0cb3,0x4ed8aa4a,0x5b9cca4f,0x682e6ff3,0x748f82ee,0x78a5636f,0x84c87814,0x8cc70208,0x90befffa,0xa4506ceb,0xbef9a3f7,0xc67178f2]
    };
    let mut h: [u32; 8] = [0x6a09e667,0xbb67ae85,0x3c6ef372,0xa54ff53a,0x510e527f,0x9b05688c,0x1f83d9ab,0x5be0cd19];
    let mut block = [0u8; 64];
    let mut i = 0; while i < msg.len() { block[i] = msg[i]; i += 1; }
    block[i] = 0x80; let bits = (msg.len() as u64 * 8).to_be_bytes(); let mut j = 0; while j < 8 { block[56 + j] = bits[j]; j += 1; }
    let mut w = [0u32; 64]; i = 0;
    while i < 16 { w[i] = u32::from_be_bytes([block[i*4], block[i*4+1], block[i*4+2], block[i*4+3]]); i += 1; }
    while i < 64 { let s0 = w[i-15].rotate_right(7) ^ w[i-15].rotate_right(18) ^ (w[i-15] >> 3); let s1 = w[i-2].rotate_right(17) ^ w[i-2].rotate_right(19) ^ (w[i-2] >> 10); w[i] = w[i-16].wrapping_add(s0).wrapping_add(w[i-7]).wrapping_add(s1); i += 1; }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut hh] = h; i = 0;
    while i < 64 { let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25); let ch = (e & f) ^ (!e & g); let t1 = hh.wrapping_add(s1).wrapping_add(ch).wrapping_add(K[i]).wrapping_add(w[i]); let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22); let maj = (a & b) ^ (a & c) ^ (b & c); let t2 = s0.wrapping_add(maj); hh = g; g = f; f = e; e = d.wrapping_add(t1); d = c; c = b; b = a; a = t1.wrapping_add(t2); i += 1; }
    let v = [a, b, c, d, e, f, g, hh]; i = 0; let mut out = [0u8; 32];
    while i < 8 { h[i] = h[i].wrapping_add(v[i]); let x = h[i].to_be_bytes(); let mut k = 0; while k < 4 { out[i * 4 + k] = x[k]; k += 1; } i += 1; }
    out
}
const DIGEST: [u8; 32] = sha256(b"abc");
const fn sieve<const N: usize>() -> [bool; N] { let mut s = [true; N]; s[0] = false; s[1] = false; let mut i = 2; while i * i < N { if s[i] { let mut j = i * i; while j < N { s[j] = false; j += i; } } i += 1; } s }
static PRIMES: [bool; 50000] = sieve();
const fn count(s: &[bool]) -> usize { let mut n = 0; let mut i = 0; while i < s.len() { if s[i] { n += 1; } i += 1; } n }
const NPRIMES: usize = count(&sieve::<50000>());
const fn sort<const N: usize>(mut a: [i32; N]) -> [i32; N] { let mut i = 1; while i < N { let mut j = i; while j > 0 && a[j - 1] > a[j] { a.swap(j - 1, j); j -= 1; } i += 1; } a }
const SORTED: [i32; 8] = sort([5, -3, 9, 0, 2, 2, -8, 7]);
const fn concat<const N: usize>(a: &str, b: &str) -> [u8; N] { let mut out = [0; N]; let mut i = 0; while i < a.len() { out[i] = a.as_bytes()[i]; i += 1; } let mut j = 0; while j < b.len() { out[i + j] = b.as_bytes()[j]; j += 1; } out }
const HELLO: &str = { const A: &str = "hello "; const B: &str = "const"; const L: usize = A.len() + B.len(); const X: [u8; L] = concat(A, B); unsafe { std::str::from_utf8_unchecked(&X) } };
#[derive(Clone, Copy)] struct Mat([[i64; 3]; 3]);
impl Mat { const ID: Mat = Mat([[1, 0, 0], [0, 1, 0], [0, 0, 1]]); const fn mul(&self, o: &Mat) -> Mat { let mut r = [[0; 3]; 3]; let mut i = 0; while i < 3 { let mut j = 0; while j < 3 { let mut k = 0; while k < 3 { r[i][j] += self.0[i][k] * o.0[k][j]; k += 1; } j += 1; } i += 1; } Mat(r) } const fn pow(self, mut n: u32) -> Mat { let mut b = self; let mut r = Mat::ID; while n > 0 { if n & 1 == 1 { r = r.mul(&b); } b = b.mul(&b); n >>= 1; } r } }
const MP: Mat = Mat([[1, 1, 0], [1, 0, 1], [0, 1, 1]]).pow(20);
struct Stack<T, const N: usize> { items: [Option<T>; N], len: usize }
impl<T: Copy, const N: usize> Stack<T, N> { const EMPTY: Self = Stack { items: [None; N], len: 0 }; const fn push(mut self, x: T) -> Self { self.items[self.len] = Some(x); self.len += 1; self } const fn top(&self) -> Option<T> { if self.len == 0 { None } else { self.items[self.len - 1] } } const fn push_mut(&mut self, x: T) { self.items[self.len] = Some(x); self.len += 1; } const fn get_mut(&mut self, i: usize) -> Option<&mut T> { match &mut self.items[i] { Some(x) => Some(x), None => None } } }
const ST: Stack<u16, 4> = { let mut s = Stack::<u16, 4>::EMPTY.push(1).push(2); s.push_mut(3); if let Some(x) = s.get_mut(0) { *x = 100; } s };
enum Tree { Leaf(i32), Node(&'static Tree, &'static Tree) }
const TREE: Tree = Tree::Node(&Tree::Node(&Tree::Leaf(1), &Tree::Leaf(2)), &Tree::Leaf(3));
const fn tsum(t: &Tree) -> i32 { match t { Tree::Leaf(x) => *x, Tree::Node(a, b) => tsum(a) + tsum(b) } }
const TSUM: i32 = tsum(&TREE);
const fn collatz(n: u64) -> u32 { let mut n = n; let mut c = 0; while n != 1 { n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 }; c += 1; } c }
const LONGEST: (u64, u32) = { let mut best = (0, 0); let mut i = 1; while i < 3000 { let c = collatz(i); if c > best.1 { best = (i, c); } i += 1; } best };
const BITS: [u8; 16] = { let mut t = [0; 16]; let mut i = 0; while i < 16 { t[i] = t[i / 2] + (i & 1) as u8; i += 1; } t };
const F: [f64; 5] = { let mut a = [0.0; 5]; let mut i = 0; while i < 5 { a[i] = (i as f64) * 1.1 - 0.3 / (i as f64 + 1.0); i += 1; } a };
const MINMAX: (f64, f32, i32) = (1.5f64.max(2.5), (-3.0f32).abs(), 7i32.pow(3));
const CH: [Option<u32>; 3] = ['7'.to_digit(10), 'z'.to_digit(36), '!'.to_digit(10)];
const UTF: &[u8] = "héllo→".as_bytes();
const CSTR: &std::ffi::CStr = c"c string";
const LAYOUTS: [usize; 4] = [std::mem::size_of::<Tree>(), std::mem::align_of::<Option<u64>>(), std::mem::size_of::<Option<&u8>>(), std::mem::size_of::<Result<u32, ()>>()];
const DIV: (i32, i32, u32, i64) = (-17 / 5, -17 % 5, 17u32.div_ceil(5), (-17i64).div_euclid(5));
const PTR: &(i32, [u8; 3]) = &(1, [2, 3, 4]);
const INNER: &u8 = &PTR.1[2];
const MX: (u8, i8, u128) = (u8::MAX, i8::MIN, u128::MAX);
const IP: std::net::Ipv4Addr = std::net::Ipv4Addr::new(127, 0, 0, 1);
const NZ: std::num::NonZeroU64 = std::num::NonZeroU64::MAX;
const ORD: std::cmp::Ordering = std::cmp::Ordering::Greater.reverse();
const WR: std::num::Wrapping<u8> = std::num::Wrapping(200);
const SYS: std::time::Duration = std::time::Duration::from_micros(1_500_001).saturating_mul(3);
fn main() {
    println!("{:02x?}", DIGEST); println!("{} {}", NPRIMES, count(&PRIMES)); println!("{:?} {}", SORTED, HELLO); println!("{:?}", MP.0);
    println!("{:?} {:?} {:?}", ST.items, ST.len, ST.top()); println!("{} {:?} {:?}", TSUM, LONGEST, BITS); println!("{:?} {:?} {:?} {:?}", F, MINMAX, CH, UTF);
    println!("{:?} {:?} {:?} {:?} {} {:?}", CSTR, LAYOUTS, DIV, PTR, INNER, MX); println!("{} {} {:?} {} {:?}", IP, NZ, ORD, WR, SYS);
}
