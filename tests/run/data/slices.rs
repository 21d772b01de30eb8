fn largest(items: &[i32]) -> Option<&i32> {
    items.iter().max()
}

fn double(items: &mut [i32]) {
    for item in items.iter_mut() {
        *item *= 2;
    }
    items[0] = -1;
}

fn main() {
    let mut data = [5, 3, 8, 1, 9, 2];
    println!("{:?} {:?} {:?}", &data[1..3], &data[..2], &data[4..]);
    println!("{:?} {:?}", largest(&data[..=2]), largest(&data[6..]));
    double(&mut data[2..4]);
    println!("{:?} {}", data, data[1..].len());
    let (left, right) = data.split_at_mut(3);
    std::mem::swap(&mut left[0], &mut right[2]);
    data.sort();
    println!("{:?} {:?}", data, data.binary_search(&5));
    println!("{:?} {:?}", data.first(), data.get(10));
    data.reverse();
    println!("{:?} {}", data.chunks(4).collect::<Vec<_>>(), data.contains(&3));
}
