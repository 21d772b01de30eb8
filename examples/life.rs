// The game of life, drawn in the terminal. Run it with
//
//     rac watch examples/life.rs
//
// and change the rules, the colours or the pattern's picture below while it runs: the cells live on.
use std::fmt::Write;
use std::thread::sleep;
use std::time::Duration;

const WIDTH: usize = 64;
const HEIGHT: usize = 24;

struct World {
    cells: Vec<u8>, // 0: dead, else its age
    generation: u64,
}

// ---- change these ----

/// The rule: how many neighbours let a cell live on, or be born.
fn lives(is_alive: bool, neighbours: u32) -> bool {
    match (is_alive, neighbours) {
        (true, 2) | (_, 3) => true,
        _ => false,
    }
}

/// How a cell looks: a colour (of 256) and what is drawn.
fn picture(age: u8) -> (u8, &'static str) {
    match age {
        0 => (0, "  "),
        1 => (226, "██"),
        2..=5 => (214, "██"),
        6..=30 => (166, "▓▓"),
        _ => (52, "▒▒"),
    }
}

/// What falls from the sky now and then, so that it never gets dull.
fn rain(world: &mut World) {
    if world.generation % 40 == 0 {
        world.draw((world.generation * 7) as usize % WIDTH, 3, &["  #", "# #", " ##"]);
    }
}

const PAUSE: Duration = Duration::from_millis(60);

// ---- the rest ----

impl World {
    fn new() -> World {
        let mut world = World { cells: vec![0; WIDTH * HEIGHT], generation: 0 };
        world.draw(30, 10, &[" ##", "## ", " # "]);
        world.draw(10, 14, &["###########"]);
        world
    }

    fn draw(&mut self, x: usize, y: usize, rows: &[&str]) {
        for (dy, row) in rows.iter().enumerate() {
            for (dx, c) in row.chars().enumerate() {
                let at = (y + dy) % HEIGHT * WIDTH + (x + dx) % WIDTH;
                if c == '#' {
                    self.cells[at] = 1;
                }
            }
        }
    }

    fn neighbours(&self, x: usize, y: usize) -> u32 {
        let mut count = 0;
        for (dx, dy) in [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)] {
            let nx = (x as i32 + dx).rem_euclid(WIDTH as i32) as usize;
            let ny = (y as i32 + dy).rem_euclid(HEIGHT as i32) as usize;
            count += (self.cells[ny * WIDTH + nx] > 0) as u32;
        }
        count
    }

    fn step(&mut self) {
        let next = (0..WIDTH * HEIGHT)
            .map(|at| {
                let age = self.cells[at];
                if lives(age > 0, self.neighbours(at % WIDTH, at / WIDTH)) {
                    age.saturating_add(1)
                } else {
                    0
                }
            })
            .collect();
        self.cells = next;
        self.generation += 1;
        rain(self);
    }

    fn show(&self) {
        let mut text = String::from("\x1b[H");
        for row in self.cells.chunks(WIDTH) {
            for &age in row {
                let (colour, cell) = picture(age);
                let _ = write!(text, "\x1b[38;5;{colour}m{cell}");
            }
            text.push_str("\x1b[0m\x1b[K\n");
        }
        let alive = self.cells.iter().filter(|age| **age > 0).count();
        println!("{text}generation {}, {alive} alive\x1b[K", self.generation);
    }
}

fn main() {
    print!("\x1b[2J");
    let mut world = World::new();
    loop {
        world.show();
        world.step();
        sleep(PAUSE);
    }
}
