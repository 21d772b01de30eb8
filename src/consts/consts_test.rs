// Constants and the values rustc gives them (`// = value`), as const_print writes them; or the error
// that evaluating them reports (`// ! message`).
#![allow(dead_code)]
mod basics {
    const A: u32 = 1 + 2 * 3; // = 7
    const B: i64 = -5 % 3; // = -2
    const C: [u8; 4] = [1, 2, 3, 4]; // = [1, 2, 3, 4]
    const D: usize = C.len(); // = 4
    const E: (u8, i32) = (200, -7); // = (200, -7)
    const F: &str = "hello"; // = "hello"
    struct Pt { x: i32, y: u64 }
    const g0: Pt = Pt { x: -1, y: 1 << 40 }; const G: (i32, u64) = (g0.x, g0.y);
    enum Sh { A = 5, B, C = 100, D }
    const H: [isize; 4] = [Sh::A as isize, Sh::B as isize, Sh::C as isize, Sh::D as isize]; // = [5, 6, 100, 101]
    const fn fact(n: u64) -> u64 { if n == 0 { 1 } else { n * fact(n - 1) } }
    const I: u64 = fact(20); // = 2432902008176640000
    const fn sum(n: u32) -> u32 { let mut i = 0; let mut s = 0; while i < n { s += i; i += 1; } s }
    const J: u32 = sum(1000); // = 499500
    const K: [u32; 256] = { let mut t = [0u32; 256]; let mut i = 0; while i < 256 { let mut c = i as u32; let mut k = 0; while k < 8 { c = if c & 1 != 0 { 0xEDB88320 ^ (c >> 1) } else { c >> 1 }; k += 1; } t[i] = c; i += 1; } t }; // = [0, 1996959894, 3993919788, 2567524794, 124634137, 1886057615, 3915621685, 2657392035, 249268274, 2044508324, 3772115230, 2547177864, 162941995, 2125561021, 3887607047, 2428444049, 498536548, 1789927666, 4089016648, 2227061214, 450548861, 1843258603, 4107580753, 2211677639, 325883990, 1684777152, 4251122042, 2321926636, 335633487, 1661365465, 4195302755, 2366115317, 997073096, 1281953886, 3579855332, 2724688242, 1006888145, 1258607687, 3524101629, 2768942443, 901097722, 1119000684, 3686517206, 2898065728, 853044451, 1172266101, 3705015759, 2882616665, 651767980, 1373503546, 3369554304, 3218104598, 565507253, 1454621731, 3485111705, 3099436303, 671266974, 1594198024, 3322730930, 2970347812, 795835527, 1483230225, 3244367275, 3060149565, 1994146192, 31158534, 2563907772, 4023717930, 1907459465, 112637215, 2680153253, 3904427059, 2013776290, 251722036, 2517215374, 3775830040, 2137656763, 141376813, 2439277719, 3865271297, 1802195444, 476864866, 2238001368, 4066508878, 1812370925, 453092731, 2181625025, 4111451223, 1706088902, 314042704, 2344532202, 4240017532, 1658658271, 366619977, 2362670323, 4224994405, 1303535960, 984961486, 2747007092, 3569037538, 1256170817, 1037604311, 2765210733, 3554079995, 1131014506, 879679996, 2909243462, 3663771856, 1141124467, 855842277, 2852801631, 3708648649, 1342533948, 654459306, 3188396048, 3373015174, 1466479909, 544179635, 3110523913, 3462522015, 1591671054, 702138776, 2966460450, 3352799412, 1504918807, 783551873, 3082640443, 3233442989, 3988292384, 2596254646, 62317068, 1957810842, 3939845945, 2647816111, 81470997, 1943803523, 3814918930, 2489596804, 225274430, 2053790376, 3826175755, 2466906013, 167816743, 2097651377, 4027552580, 2265490386, 503444072, 1762050814, 4150417245, 2154129355, 426522225, 1852507879, 4275313526, 2312317920, 282753626, 1742555852, 4189708143, 2394877945, 397917763, 1622183637, 3604390888, 2714866558, 953729732, 1340076626, 3518719985, 2797360999, 1068828381, 1219638859, 3624741850, 2936675148, 906185462, 1090812512, 3747672003, 2825379669, 829329135, 1181335161, 3412177804, 3160834842, 628085408, 1382605366, 3423369109, 3138078467, 570562233, 1426400815, 3317316542, 2998733608, 733239954, 1555261956, 3268935591, 3050360625, 752459403, 1541320221, 2607071920, 3965973030, 1969922972, 40735498, 2617837225, 3943577151, 1913087877, 83908371, 2512341634, 3803740692, 2075208622, 213261112, 2463272603, 3855990285, 2094854071, 198958881, 2262029012, 4057260610, 1759359992, 534414190, 2176718541, 4139329115, 1873836001, 414664567, 2282248934, 4279200368, 1711684554, 285281116, 2405801727, 4167216745, 1634467795, 376229701, 2685067896, 3608007406, 1308918612, 956543938, 2808555105, 3495958263, 1231636301, 1047427035, 2932959818, 3654703836, 1088359270, 936918000, 2847714899, 3736837829, 1202900863, 817233897, 3183342108, 3401237130, 1404277552, 615818150, 3134207493, 3453421203, 1423857449, 601450431, 3009837614, 3294710456, 1567103746, 711928724, 3020668471, 3272380065, 1510334235, 755167117]
    const L: Option<u8> = Some(3); // = #1(3)
    const M: Option<&'static str> = None; // = #0()
    const N: &[&str] = &["a", "bc"]; // = ["a", "bc"]
    static S: i32 = 42; // = 42
    static sr: &i32 = &S;
    const O: bool = matches!(L, Some(x) if x > 2); // = 1
    const Q: f64 = 1.5 * 2.0 + 0.25; // = 4614500768194494464
    const R: u8 = b'a' + 1; // = 98
    const T: i32 = i32::MAX.wrapping_add(1); // = -2147483648
    const U: u128 = u128::MAX / 3; // = 113427455640312821154458202477256070485
    const V: char = 'x'; // = 120
    const W: usize = std::mem::size_of::<Option<Box<i32>>>(); // = 8
    const X: u32 = 0x12345678u32.swap_bytes().rotate_left(4).count_ones(); // = 13
    const fn sw(x: u8) -> &'static str { match x { 0 => "zero", 1..=9 => "digit", _ => "many" } }
    const Y: [&str; 3] = [sw(0), sw(5), sw(50)]; // = ["zero", "digit", "many"]
}
mod library {
    use std::alloc::Layout;
    use std::num::NonZero;
    use std::time::Duration;
    const A1: (usize, usize) = { let l = Layout::new::<u64>(); (l.size(), l.align()) }; // = (8, 8)
    const A2: (usize, usize) = { let l = Layout::new::<(u8, u32, u16)>(); (l.size(), l.align()) }; // = (8, 4)
    const A3: u64 = Duration::from_secs(1).as_nanos() as u64; // = 1000000000
    const A4: u32 = NonZero::new(5u32).unwrap().get(); // = 5
    const A5: Option<u8> = 250u8.checked_add(10); // = #0()
    const A6: (u8, bool) = 250u8.overflowing_add(10); // = (4, 1)
    const A7: u8 = 250u8.saturating_add(10); // = 255
    const A8: i8 = (-100i8).saturating_sub(100); // = -128
    const A9: u32 = u32::MAX.leading_zeros() + 1u32.leading_zeros() + 8u32.trailing_zeros(); // = 34
    const B1: [u8; 4] = 0x12345678u32.to_be_bytes(); // = [18, 52, 86, 120]
    const B2: u64 = u64::from_le_bytes([1, 2, 3, 4, 5, 6, 7, 8]); // = 578437695752307201
    const B3: usize = "hello".len(); // = 5
    const B4: &[u8] = b"bytes"; // = [98, 121, 116, 101, 115]
    const B5: u8 = "xyz".as_bytes()[1]; // = 121
    const B6: bool = 'a'.is_ascii_alphabetic(); // = 1
    const B7: char = 'a'.to_ascii_uppercase(); // = 65
    const B8: i32 = i32::MIN.wrapping_abs(); // = -2147483648
    const B9: u32 = 10u32.pow(5); // = 100000
    const C1: &str = match std::str::from_utf8(b"utf8") { Ok(s) => s, Err(_) => "bad" }; // = "utf8"
    trait TakeIt { }
    struct W(Option<u32>);
    trait Ext { fn x(&self) -> u32; }
    impl W { const fn get(self) -> Option<u32> { self.0 } }
    trait Tk { }
    const fn id<T: Copy>(x: T) -> T { x }
    const C3: u64 = id(7u64); // = 7
    const C4: usize = std::mem::size_of::<[Option<String>; 5]>(); // = 120
    const C5: usize = std::mem::align_of::<u128>(); // = 16
    const C6: u128 = u128::MAX.wrapping_mul(3); // = 340282366920938463463374607431768211453
    const C7: i128 = i128::MIN / 3; // = -56713727820156410577229101238628035242
    const C8: i128 = -170141183460469231731687303715884105728; // = -170141183460469231731687303715884105728
    const C9: (i32, i32) = (-7 / 2, -7 % 2); // = (-3, -1)
    const D1: (i32, i32) = ((-7i32).div_euclid(2), (-7i32).rem_euclid(2)); // = (-4, 1)
    const D2: f64 = 1.0 / 3.0; // = 4599676419421066581
    const D3: f32 = 1.0e10 as f32 / 7.0; // = 1319783562
    const D4: i32 = 3.99f64 as i32; // = 3
    const D5: u8 = 300.5f32 as u8; // = 255
    const D6: i32 = f64::NAN as i32; // = 0
    const D7: f64 = f64::NAN; // = 9221120237041090560
    const D8: f64 = u64::MAX as f64; // = 4895412794951729152
    const D9: f32 = u128::MAX as f32; // = 2139095040
    const E1: [[u8; 3]; 2] = [[1, 2, 3]; 2]; // = [[1, 2, 3], [1, 2, 3]]
    const E2: [Option<u8>; 3] = [None; 3]; // = [#0(), #0(), #0()]
    const E3: &[&[u8]] = &[&[1], &[2, 3], &[]]; // = [[1], [2, 3], []]
    struct Table { data: [u16; 8], len: usize }
    const fn mk() -> Table { let mut t = Table { data: [0; 8], len: 0 }; let mut i = 0; while i < 8 { t.data[i] = (i * i) as u16; t.len += 1; i += 1; } t }
    const tt: Table = mk();
    const E4: [u16; 8] = tt.data; // = [0, 1, 4, 9, 16, 25, 36, 49]
    const E5: usize = tt.len; // = 8
    trait HasC { const N: usize; const M: usize = Self::N * 2; }
    impl HasC for u8 { const N: usize = 3; }
    impl HasC for u16 { const N: usize = 5; const M: usize = 100; }
    const E6: (usize, usize, usize, usize) = (u8::N, <u8 as HasC>::M, <u16 as HasC>::N, <u16 as HasC>::M); // = (3, 6, 5, 100)
    struct Arr<const K: usize>;
    impl<const K: usize> Arr<K> { const SQ: usize = K * K; const fn arr() -> [u8; K] { [1; K] } }
    const E7: usize = Arr::<7>::SQ; // = 49
    const E8: [u8; 3] = Arr::<3>::arr(); // = [1, 1, 1]
    static ST: [u32; 3] = [1, 2, 3]; // = [1, 2, 3]
    const E9: usize = { let r: &[i32] = &[1, 2, 3, 4]; r.len() }; // = 4
    const F1: i32 = { let mut a = [1, 2, 3]; let r = &mut a; r[1] = 10; r[0] + r[1] + r[2] }; // = 14
    const F2: Result<u8, &str> = Err("no"); // = #1("no")
    const F3: u32 = match F2 { Ok(x) => x as u32, Err(s) => s.len() as u32 }; // = 2
    #[derive(Clone, Copy, PartialEq)] enum Color { Red, Green = 7, Blue }
    const F4: u8 = Color::Blue as u8; // = 8
    const F5: bool = matches!(Color::Green, Color::Green); // = 1
    const fn gcd(a: u32, b: u32) -> u32 { if b == 0 { a } else { gcd(b, a % b) } }
    const F6: u32 = gcd(1071, 462); // = 21
    const F7: &str = concat!("a", 1, true); // = "a1true"
    const F8: u32 = { loop { break 5 } }; // = 5
    const F9: u64 = { let mut x: u64 = 27; let mut n = 0; while x != 1 { x = if x % 2 == 0 { x / 2 } else { 3 * x + 1 }; n += 1; } n }; // = 111
    const G1: usize = core::mem::size_of_val(&[0u32; 4]); // = 16
    const G2: u8 = u8::MAX.count_ones() as u8; // = 8
    const G3: Option<&str> = Some("x"); // = #1("x")
    const G4: bool = G3.is_some(); // = 1
    const G5: &str = G3.unwrap(); // = "x"
}
mod more {
    use std::mem::MaybeUninit;
    use std::cell::{Cell, RefCell, UnsafeCell, OnceCell};
    use std::sync::atomic::{AtomicU32, AtomicPtr, Ordering};
    use std::sync::{Mutex, RwLock, OnceLock};
    const fn f1(x: i32) -> i32 { x + 1 }
    const FP1: i32 = { let f: fn(i32) -> i32 = f1; let _ = f; 3 }; // = 3
    const A1: [u8; 5] = { let mut a = [MaybeUninit::<u8>::uninit(); 5]; let mut i = 0; while i < 5 { a[i] = MaybeUninit::new(i as u8 * 2); i += 1; } unsafe { std::mem::transmute(a) } }; // = [0, 2, 4, 6, 8]
    const A2: &str = { const B: [u8; 3] = *b"abc"; match core::str::from_utf8(&B) { Ok(s) => s, _ => panic!() } }; // = "abc"
    const A3: u32 = { let x = [1u32, 2, 3, 4]; let (a, b) = x.split_at(2); a[0] + b[1] * 10 }; // = 41
    const A4: Option<(u8, &[u8])> = match [1u8, 2, 3].split_first() { Some((a, _)) => Some((*a, &[9, 8])), None => None }; // = #1((1, [9, 8]))
    const A5: u32 = match b"12345".first() { Some(b) => *b as u32, None => 0 }; // = 49
    const fn parse(s: &str) -> u64 { let b = s.as_bytes(); let mut i = 0; let mut n = 0u64; while i < b.len() { n = n * 10 + (b[i] - b'0') as u64; i += 1; } n }
    const A6: u64 = parse("123456789"); // = 123456789
    struct D(u32);
    const A7: u32 = { let d = D(4); let D(x) = d; x }; // = 4
    #[derive(Clone, Copy)]
    enum Op { Add(i32), Neg, Pair { a: i8, b: u64 }, Nest(Option<bool>) }
    const fn run(o: Op) -> i64 { match o { Op::Add(x) => x as i64, Op::Neg => -1, Op::Pair { a, b } => a as i64 * b as i64, Op::Nest(Some(true)) => 10, Op::Nest(Some(false)) => 11, Op::Nest(None) => 12 } }
    const OPS: [i64; 6] = [run(Op::Add(5)), run(Op::Neg), run(Op::Pair { a: -3, b: 7 }), run(Op::Nest(Some(true))), run(Op::Nest(Some(false))), run(Op::Nest(None))]; // = [5, -1, -21, 10, 11, 12]
    const fn slice_sum(s: &[i32]) -> i32 { match s { [] => 0, [x] => *x, [x, rest @ ..] => *x + slice_sum(rest) } }
    const A8: i32 = slice_sum(&[1, 2, 3, 4, 5]); // = 15
    const fn ends(s: &[i32]) -> (i32, i32) { if let [a, .., b] = s { (*a, *b) } else { (0, 0) } }
    const A9: (i32, i32) = ends(&[7, 8, 9]); // = (7, 9)
    const B1: bool = { let s: &'static str = "ab"; let b = s.as_bytes(); b[0] == 97 && b[1] == b'b' }; // = 1
    trait Shape { const SIDES: u32; const NAME: &'static str = "shape"; }
    struct Sq; struct Tr;
    impl Shape for Sq { const SIDES: u32 = 4; const NAME: &'static str = "square"; }
    impl Shape for Tr { const SIDES: u32 = 3; }
    struct Both<A, B>(A, B);
    impl<A: Shape, B: Shape> Shape for Both<A, B> { const SIDES: u32 = A::SIDES + B::SIDES; }
    const B2: (u32, &str, &str) = (<Both<Sq, Both<Tr, Tr>> as Shape>::SIDES, Sq::NAME, <Both<Sq, Tr>>::NAME); // = (10, "square", "shape")
    const fn largest<const N: usize>(a: [u32; N]) -> u32 { let mut m = 0; let mut i = 0; while i < N { if a[i] > m { m = a[i]; } i += 1; } m }
    const B3: u32 = largest([3, 9, 2]); // = 9
    const B4: usize = { struct S<T>(T); impl<T> S<T> { const Z: usize = std::mem::size_of::<T>() * 2; } S::<u64>::Z + S::<[u8; 3]>::Z }; // = 22
    const B5: [char; 3] = ['a', '\u{1F600}', '\n']; // = [97, 128512, 10]
    const B6: u32 = 'é' as u32; // = 233
    const B7: Option<char> = char::from_u32(0x41); // = #1(65)
    const B8: Option<char> = char::from_digit(7, 10); // = #1(55)
    const B9: u8 = { let mut b = [0u8; 4]; let s = 'é'.encode_utf8(&mut b); s.len() as u8 }; // = 2
    const C1: i32 = { let mut x = 5; let y = &mut x; *y += 2; { let z = &mut *y; *z *= 3; } x }; // = 21
    const C2: u32 = { let mut s = 0; let mut i = 0; 'o: loop { let mut j = 0; loop { if j > i { break; } if i * j > 20 { break 'o; } s += i * j; j += 1; } i += 1; } s }; // = 115
    const C3: (u32, u32) = { let a = [10u32, 20, 30]; let p = a.as_ptr(); unsafe { (*p.add(1), *p.add(2).sub(2)) } }; // = (20, 10)
    const C4: isize = { let a = [1u64, 2, 3, 4]; let p = &a[3] as *const u64; let q = &a[0] as *const u64; unsafe { p.offset_from(q) } }; // = 3
    const C5: u16 = { let x = 0x1234u32; let p = &x as *const u32 as *const u16; unsafe { *p } }; // = 4660
    union Un { a: u32, b: f32 }
    const C6: u32 = unsafe { Un { b: 1.0 }.a }; // = 1065353216
    const C7: f32 = f32::from_bits(0x40490fdb); // = 1078530011
    const C8: u64 = 1.5f64.to_bits(); // = 4609434218613702656
    const C9: [u8; 8] = unsafe { std::mem::transmute(0x0102030405060708u64) }; // = [8, 7, 6, 5, 4, 3, 2, 1]
    const D1: bool = i32::MAX.checked_add(1).is_none(); // = 1
    const D2: (i32, bool) = i32::MIN.overflowing_neg(); // = (-2147483648, 1)
    const D3: u32 = u32::MAX.wrapping_shl(33); // = 4294967294
    const D4: Option<u32> = 5u32.checked_rem(0); // = #0()
    const D5: u64 = 12345678901234567890u64.isqrt(); // = 3513641828
    const D6: u32 = 1000u32.ilog10() + 1024u32.ilog2(); // = 13
    const D7: i32 = (-17i32).rem_euclid(5); // = 3
    const D8: u128 = 1 << 100; // = 1267650600228229401496703205376
    const D9: u64 = u64::MAX.reverse_bits().rotate_right(13); // = 18446744073709551615
    const E1: &'static [&'static str] = { const L: &[&str] = &["x", "yy", "zzz"]; L }; // = ["x", "yy", "zzz"]
    const E2: usize = E1[2].len(); // = 3
    const E3: (u8, (u16, (u32, u64))) = (1, (2, (3, 4))); // = (1, (2, (3, 4)))
    const E4: u64 = E3.1.1.1; // = 4
    const e6: std::cmp::Ordering = std::cmp::Ordering::Less;
    const E7: i8 = e6 as i8; // = -1
    const E8: bool = e6.is_lt(); // = 1
    const E9: &str = "abc".trim_ascii(); // = "abc"
    const F1: Option<usize> = { let s = b"hello world"; let mut i = 0; loop { if i == s.len() { break None; } if s[i] == b' ' { break Some(i); } i += 1; } }; // = #1(5)
    const F2: usize = std::mem::size_of::<Cell<u32>>() + std::mem::align_of::<RefCell<u64>>(); // = 12
    static cnt: AtomicU32 = AtomicU32::new(77);
    static mm: Mutex<u32> = Mutex::new(5);
    static rw: RwLock<Option<String>> = RwLock::new(None);
    static ol: OnceLock<Vec<u8>> = OnceLock::new();
    const empty: Vec<u8> = Vec::new();
    static es: String = String::new();
    const F4: u8 = { const fn g<T: Copy>(a: &[T], i: usize) -> T { a[i] } g(&[1u8, 2, 3], 2) }; // = 3
    const F5: u32 = { let mut t = (1u32, 2u32); t = (t.1, t.0); t.0 * 10 + t.1 }; // = 21
    const F6: [[i32; 3]; 3] = { let mut m = [[0; 3]; 3]; let mut i = 0; while i < 3 { m[i][i] = 1; m[i][(i + 1) % 3] = i as i32; i += 1; } m }; // = [[1, 0, 0], [0, 1, 1], [2, 0, 1]]
    const F7: u64 = { const fn fnv(s: &[u8]) -> u64 { let mut h = 0xcbf29ce484222325u64; let mut i = 0; while i < s.len() { h ^= s[i] as u64; h = h.wrapping_mul(0x100000001b3); i += 1; } h } fnv(b"hash me") }; // = 1933853516739740477
    const F8: &[u8; 4] = &[1, 2, 3, 4]; // = [1, 2, 3, 4]
    const F9: u8 = F8[3]; // = 4
    const G1: i128 = i128::MAX / -7; // = -24305883351495604533098186245126300818
    const G2: (u64, u64) = { let x = u128::MAX / 12345; (x as u64, (x >> 64) as u64) }; // = (2444623191947252040, 1494268454735484)
    const G3: f64 = (1u64 << 60) as f64 + 0.5; // = 4877398396442247168
    const G4: f32 = 16777217i32 as f32; // = 1266679808
    const G5: i64 = -1.9f32 as i64; // = -1
    const G6: (bool, bool, bool) = (1.0 < f64::NAN, f64::NAN == f64::NAN, 1.0 <= 1.0); // = (0, 0, 1)
    const G7: f64 = 7.5 % 2.0; // = 4609434218613702656
    const G8: f64 = -0.0; // = 9223372036854775808
    const G9: f64 = f64::INFINITY - f64::MAX; // = 9218868437227405312
    const H1: &str = stringify!(a + b); // = "a + b"
    const H3: u64 = { let a: [u64; 3] = [1, 2, 3]; let [x, y, z] = a; x * 100 + y * 10 + z }; // = 123
    const H4: usize = [0u8; { const K: usize = 3; K * 2 }].len(); // = 6
    const H5: usize = std::mem::offset_of!(Pt2, c); // = 8
    #[repr(C)] struct Pt2 { a: u8, b: u32, c: u16 }
    const H6: i32 = { const { 5 + 6 } }; // = 11
    const H8: u32 = match u32::from_str_radix("zz", 36) { Ok(x) => x, Err(_) => 0 }; // = 1295
    const H9: u8 = *&*&3; // = 3
    const NESTED_INLINE: usize = { let x = const { 2 + const { 3 } }; x }; // = 5
    const fn after_zero(mut s: &[u32]) -> usize { s = match s { [0, rest @ ..] | rest => rest, }; s.len() }
    const ALTERNATIVES: [usize; 3] = [after_zero(&[]), after_zero(&[0, 9]), after_zero(&[1, 2])]; // = [0, 1, 2]
    #[derive(PartialEq, Eq)] enum Season { Spring, Summer, Fall }
    const MINE: Season = Season::Summer;
    const fn season(s: Season) -> u8 { match s { Season::Spring => 1, MINE => 2, Season::Fall => 3 } }
    const SEASONS: [u8; 3] = [season(Season::Spring), season(Season::Summer), season(Season::Fall)]; // = [1, 2, 3]
    #[repr(u8)] enum Later { A = b'a', B = Later::A as u8 + 10 }
    const LATER: u8 = Later::B as u8; // = 107
}
mod errors {
    const CHECKED: u32 = needs::<1>(); // ! evaluation panicked: too small
    const fn needs<const N: u32>() -> u32 { const { assert!(N > 2, "too small") }; N }
    fn at_run_time() -> u32 { 1 }
    const CALLS: u32 = at_run_time(); // ! cannot call non-const function `errors::at_run_time` in constants
    const A1: u8 = 255 + 1; // ! attempt to compute `u8::MAX + 1_u8`, which would overflow
    const A2: u32 = [1, 2, 3][5]; // ! index out of bounds: the length is 3 but the index is 5
    const A3: i32 = 1 / 0; // ! attempt to divide `1_i32` by zero
    const A4: i32 = i32::MIN / -1; // ! attempt to compute `i32::MIN / -1_i32`, which would overflow
    const A5: u32 = { panic!("boom") }; // ! evaluation panicked: boom
    const A6: u32 = { panic!("boom {}", 5) }; // ! cannot call non-const formatting macro in constants
    const A7: u32 = None::<u32>.unwrap(); // ! evaluation panicked: called `Option::unwrap()` on a `None` value
    const A8: u32 = { let x: Result<u32, u8> = Err(3); match x { Ok(v) => v, Err(_) => unreachable!() } }; // ! evaluation panicked: internal error: entered unreachable code
    const A9: u32 = { assert!(1 + 1 == 3, "math"); 5 }; // ! evaluation panicked: math
    const B1: u32 = { assert!(1 + 1 == 3); 5 }; // ! evaluation panicked: assertion failed: 1 + 1 == 3
    const fn rec(x: u32) -> u32 { rec(x + 1) }
    const B2: u32 = rec(0); // ! reached the configured maximum number of stack frames
    const B3: u32 = { loop {} }; // ! constant evaluation is taking a long time: more than 20000000 steps
    const B4: u32 = B5; // ! cycle detected when evaluating `user::errors::B4`
    const B5: u32 = B4; // ! cycle detected when evaluating `user::errors::B4`
    const B6: u32 = unsafe { *(0 as *const u32) }; // ! memory access failed: attempting to access 4 bytes, but got null pointer
    const B7: u32 = unsafe { *(8 as *const u32) }; // ! memory access failed: attempting to access 4 bytes, but got 0x8[noalloc] which is a dangling pointer (it has no provenance)
    const B8: u32 = { let a = [1u32; 2]; unsafe { *a.as_ptr().add(5) } }; // ! memory access failed: attempting to access 4 bytes at offset 20 of an allocation of 8 bytes
    const B9: u32 = unsafe { std::mem::MaybeUninit::<u32>::uninit().assume_init() }; // ! using uninitialized data, but this operation requires initialized memory
    const C1: u32 = unsafe { std::hint::unreachable_unchecked() }; // ! entering unreachable code
    const C2: i32 = -i32::MIN; // ! attempt to negate `i32::MIN`, which would overflow
    const C3: u32 = 1 << 40; // ! attempt to shift left by `40_i32`, which would overflow
    const C4: u32 = 5 % 0; // ! attempt to calculate the remainder of `5_u32` with a divisor of zero
    const C5: &str = "abc".split_at(2).0;
    const C6: u32 = Some(3).expect("none");
    const C7: u32 = None::<u32>.expect("it was none"); // ! evaluation panicked: it was none
    const C8: u32 = A1 as u32; // ! attempt to compute `u8::MAX + 1_u8`, which would overflow
    const C9: std::num::NonZero<u8> = std::num::NonZero::new(0).unwrap(); // ! evaluation panicked: called `Option::unwrap()` on a `None` value
    static mut SM: u32 = 4;
    const D1: u32 = unsafe { SM }; // ! constant accesses mutable global memory
    enum E { A = 1, B = E::A as isize + 1 }
    const D3: isize = E::B as isize;
    struct R<const N: usize>; 
    const D5: [u8; { panic!("len") }] = []; // ! evaluation panicked: len
    const D6: u32 = 10u32.checked_sub(20).unwrap(); // ! evaluation panicked: called `Option::unwrap()` on a `None` value
    const D7: u32 = { let v = [1, 2, 3]; let mut i = 0; let mut s = 0; while i <= 3 { s += v[i]; i += 1 } s }; // ! index out of bounds: the length is 3 but the index is 3
    const D9: [u64; 1 << 61] = [0; 1 << 61]; // ! values of the type `[u64; 2305843009213693952]` are too big for the target architecture
}
fn main() {}
