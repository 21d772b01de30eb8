fn main() {
    let some = Some(3i32);
    let none: Option<i32> = None;
    println!("{:?} {:?} {}", some.map(|x| x * 2), none.or(Some(9)), none.unwrap_or(7));
    println!("{:?} {:?}", some.and_then(|x| x.checked_sub(5)), some.filter(|x| *x > 5));
    println!("{:?} {:?}", some.ok_or("none"), none.ok_or("none"));
    println!("{:?} {:?}", some.zip(Some('c')), some.xor(none));
    let ok: Result<i32, String> = Ok(1);
    let err: Result<i32, String> = Err("bad".to_string());
    println!("{:?} {:?}", ok.as_ref().map(|x| x + 1), err.as_ref().map_err(|e| e.len()));
    println!("{} {}", err.clone().unwrap_or_default(), ok.is_ok_and(|x| x == 1));
    println!("{:?}", ["1", "2"].iter().map(|s| s.parse::<i32>()).collect::<Result<Vec<_>, _>>());
    println!("{:?}", [Some(1), None].into_iter().collect::<Option<Vec<i32>>>());
    println!("{:?} {:?}", err.ok(), Some(Some(1)).flatten());
    let mut slot = None;
    *slot.get_or_insert(1) += 5;
    println!("{:?}", slot);
    println!("{:?}", slot.replace(2));
    println!("{:?}", slot.insert(3));
}
