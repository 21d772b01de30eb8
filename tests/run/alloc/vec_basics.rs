fn main() {
    let mut v = vec![10, 20, 30];
    v.push(40);
    v[1] += 1;
    println!("{} {} {:?}", v.len(), v[3], v);
    let mut sum = 0;
    for x in &v {
        sum += x;
    }
    for x in &mut v {
        *x /= 10;
    }
    println!("{sum} {:?}", v.pop());
    println!("{:?}", v);
    for x in v {
        print!("{x} ");
    }
    println!();
    let mut grid = vec![vec!['.'; 3]; 2];
    grid[1][0] = '#';
    for row in &grid {
        println!("{}", row.iter().collect::<String>());
    }
}
