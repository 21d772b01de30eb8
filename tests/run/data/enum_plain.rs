#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
enum Level {
    Low,
    Mid,
    High,
}

fn next(level: Level) -> Option<Level> {
    use Level::*;
    match level {
        Low => Some(Mid),
        Mid => Some(High),
        High => None,
    }
}

fn main() {
    let mut at = Some(Level::Low);
    while let Some(level) = at {
        println!("{:?} {} {}", level, level as u8, level >= Level::Mid);
        at = next(level);
    }
}
