//! Counting words: HashMap<String, usize>, split, sorting the counts.
use std::collections::HashMap;

fn text(words: usize) -> String {
    let parts = ["ka", "to", "mi", "ru", "ne", "so", "ha", "vi"];
    let mut seed: u32 = 12345;
    let mut text = String::new();
    for i in 0..words {
        for _ in 0..2 + i % 3 {
            seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            text.push_str(parts[(seed >> 24) as usize % parts.len()]);
        }
        text.push(if i % 12 == 11 { '\n' } else { ' ' });
    }
    text
}

fn run() {
    let text = text(600_000);
    let mut counts: HashMap<String, usize> = HashMap::new();
    for line in text.lines() {
        for word in line.split_whitespace() {
            *counts.entry(word.to_string()).or_insert(0) += 1;
        }
    }
    let mut rows: Vec<(&String, &usize)> = counts.iter().collect();
    rows.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    for (word, count) in rows.iter().take(5) {
        println!("{word} {count}");
    }
    let letters: usize = text.chars().filter(|c| c.is_alphabetic()).count();
    println!("{} different, {} letters", rows.len(), letters);
}

fn main() {
    run();
    let start = std::time::Instant::now();
    run();
    eprintln!("{}", start.elapsed().as_micros());
}
