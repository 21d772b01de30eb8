//! Spectral norm: iterators, closures, Vec<f64>.
fn element(i: usize, j: usize) -> f64 {
    1.0 / ((i + j) * (i + j + 1) / 2 + i + 1) as f64
}

fn times(v: &[f64], out: &mut [f64]) {
    for (i, slot) in out.iter_mut().enumerate() {
        *slot = v.iter().enumerate().map(|(j, x)| element(i, j) * x).sum();
    }
}

fn times_transposed(v: &[f64], out: &mut [f64]) {
    for (i, slot) in out.iter_mut().enumerate() {
        *slot = v.iter().enumerate().map(|(j, x)| element(j, i) * x).sum();
    }
}

fn run() {
    let n = 800;
    let mut u = vec![1.0; n];
    let mut v = vec![0.0; n];
    let mut middle = vec![0.0; n];
    for _ in 0..10 {
        times(&u, &mut middle);
        times_transposed(&middle, &mut v);
        times(&v, &mut middle);
        times_transposed(&middle, &mut u);
    }
    let (mut uv, mut vv) = (0.0, 0.0);
    for (a, b) in u.iter().zip(&v) {
        uv += a * b;
        vv += b * b;
    }
    println!("{:.9}", (uv / vv as f64).sqrt());
}

fn main() {
    run();
    let start = std::time::Instant::now();
    run();
    eprintln!("{}", start.elapsed().as_micros());
}
