// Chains of adapters as long as people write them at most: each link's goals ask for those of all
// links before it, from several sides.
fn of_closures(v: &[u32]) -> u32 {
    v.iter()
        .copied()
        .map(|x| x + 1)
        .filter(|x| x % 3 != 1)
        .map(|x| x + 2)
        .filter(|x| x % 4 != 1)
        .map(|x| x + 3)
        .filter(|x| x % 5 != 1)
        .map(|x| x + 4)
        .filter(|x| x % 6 != 1)
        .map(|x| x + 5)
        .filter(|x| x % 7 != 1)
        .map(|x| x + 6)
        .filter(|x| x % 8 != 1)
        .map(|x| x + 7)
        .filter(|x| x % 9 != 1)
        .map(|x| x + 8)
        .filter(|x| x % 10 != 1)
        .map(|x| x + 9)
        .filter(|x| x % 11 != 1)
        .map(|x| x + 10)
        .filter(|x| x % 12 != 1)
        .map(|x| x + 11)
        .filter(|x| x % 13 != 1)
        .map(|x| x + 12)
        .filter(|x| x % 14 != 1)
        .map(|x| x + 13)
        .filter(|x| x % 15 != 1)
        .sum()
}

fn of_parameters<I: Iterator<Item = u32>>(it: I) -> Vec<(usize, u32)> {
    it
        .skip(0)
        .chain(std::iter::once(1))
        .take_while(|x| *x < 1000)
        .map(u64::from)
        .map(|x| x as u32)
        .skip(0)
        .chain(std::iter::once(1))
        .take_while(|x| *x < 1000)
        .map(u64::from)
        .map(|x| x as u32)
        .skip(0)
        .chain(std::iter::once(1))
        .take_while(|x| *x < 1000)
        .map(u64::from)
        .map(|x| x as u32)
        .skip(0)
        .chain(std::iter::once(1))
        .take_while(|x| *x < 1000)
        .map(u64::from)
        .map(|x| x as u32)
        .skip(0)
        .chain(std::iter::once(1))
        .take_while(|x| *x < 1000)
        .map(u64::from)
        .map(|x| x as u32)
        .enumerate()
        .collect()
}

fn opaque(v: Vec<u32>) -> impl Iterator<Item = u32> {
    v.into_iter().map(|x| x * 2).rev().map(|x| x + 1)
}

fn of_opaque(v: Vec<u32>) -> impl Iterator<Item = u32> + Clone {
    let first = opaque(v);
    let all: Vec<u32> = first
        .map(|x| x ^ 1)
        .filter_map(|x| if x % 7 == 3 { None } else { Some(x) })
        .inspect(|_| ())
        .map(|x| x ^ 1)
        .filter_map(|x| if x % 7 == 3 { None } else { Some(x) })
        .inspect(|_| ())
        .map(|x| x ^ 1)
        .filter_map(|x| if x % 7 == 3 { None } else { Some(x) })
        .inspect(|_| ())
        .map(|x| x ^ 1)
        .filter_map(|x| if x % 7 == 3 { None } else { Some(x) })
        .inspect(|_| ())
        .map(|x| x ^ 1)
        .filter_map(|x| if x % 7 == 3 { None } else { Some(x) })
        .inspect(|_| ())
        .map(|x| x ^ 1)
        .filter_map(|x| if x % 7 == 3 { None } else { Some(x) })
        .inspect(|_| ())
        .collect();
    all.into_iter().map(|x| x + 1).map(|x| x - 1).map(|x| x + 2)
}

fn futures_like() -> Option<u32> {
    Some(1u32)
        .map(|x| x + 0)
        .and_then(|x| if x > 10000 { None } else { Some(x) })
        .map(|x| x + 1)
        .and_then(|x| if x > 10000 { None } else { Some(x) })
        .map(|x| x + 2)
        .and_then(|x| if x > 10000 { None } else { Some(x) })
        .map(|x| x + 3)
        .and_then(|x| if x > 10000 { None } else { Some(x) })
        .map(|x| x + 4)
        .and_then(|x| if x > 10000 { None } else { Some(x) })
        .map(|x| x + 5)
        .and_then(|x| if x > 10000 { None } else { Some(x) })
        .map(|x| x + 6)
        .and_then(|x| if x > 10000 { None } else { Some(x) })
        .map(|x| x + 7)
        .and_then(|x| if x > 10000 { None } else { Some(x) })
        .map(|x| x + 8)
        .and_then(|x| if x > 10000 { None } else { Some(x) })
        .map(|x| x + 9)
        .and_then(|x| if x > 10000 { None } else { Some(x) })
        .map(|x| x + 10)
        .and_then(|x| if x > 10000 { None } else { Some(x) })
        .map(|x| x + 11)
        .and_then(|x| if x > 10000 { None } else { Some(x) })
}

fn captured(k: u32) -> Vec<u32> {
    let (a, b) = (k + 1, String::from("abc"));
    (0..5u32)
        .map(|x| x + a + b.len() as u32 + 0)
        .map(|x| x + a + b.len() as u32 + 1)
        .map(|x| x + a + b.len() as u32 + 2)
        .map(|x| x + a + b.len() as u32 + 3)
        .map(|x| x + a + b.len() as u32 + 4)
        .map(|x| x + a + b.len() as u32 + 5)
        .map(|x| x + a + b.len() as u32 + 6)
        .map(|x| x + a + b.len() as u32 + 7)
        .map(|x| x + a + b.len() as u32 + 8)
        .map(|x| x + a + b.len() as u32 + 9)
        .map(|x| x + a + b.len() as u32 + 10)
        .map(|x| x + a + b.len() as u32 + 11)
        .map(|x| x + a + b.len() as u32 + 12)
        .map(|x| x + a + b.len() as u32 + 13)
        .map(|x| x + a + b.len() as u32 + 14)
        .map(|x| x + a + b.len() as u32 + 15)
        .collect()
}

fn main() {
    println!("{}", of_closures(&[1, 2, 3, 40, 50]));
    println!("{:?}", of_parameters([5u32, 6].into_iter()));
    let it = of_opaque(vec![1, 2, 3, 4]);
    println!("{:?} {}", it.clone().collect::<Vec<_>>(), it.count());
    println!("{:?} {:?}", futures_like(), captured(3));
}
