fn sum(items: [i32; 4]) -> i32 {
    let mut total = 0;
    for item in items {
        total += item;
    }
    total
}

fn main() {
    let mut grid = [[0u8; 3]; 2];
    grid[1][2] = 7;
    grid[0][1] = grid[1][2] + 1;
    println!("{:?} {}", grid, grid.len() * grid[0].len());
    println!("{}", sum([1, 2, 3, 4]));
    let copied = grid;
    grid[0][0] = 1;
    println!("{} {}", copied == grid, copied[0] < grid[0]);
    let strings = [const { String::new() }; 2];
    println!("{:?} {:?}", strings, [1, 2].map(|x| x * 10));
}
