//! Matrix product over Vec<Vec<f64>>: indexing and bounds checks.
type Matrix = Vec<Vec<f64>>;

fn filled(n: usize, scale: f64) -> Matrix {
    let mut m = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..n {
            m[i][j] = scale * (i as f64 - j as f64) * (i as f64 + j as f64) / n as f64;
        }
    }
    m
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let n = a.len();
    let mut c = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..n {
            let mut sum = 0.0;
            for k in 0..n {
                sum += a[i][k] * b[k][j];
            }
            c[i][j] = sum;
        }
    }
    c
}

fn run() {
    let n = 220;
    let a = filled(n, 0.5);
    let b = filled(n, 0.25);
    let c = product(&a, &b);
    let d = product(&c, &a);
    let trace: f64 = (0..n).map(|i| d[i][i]).sum();
    println!("{:.6} {:.6}", c[n / 2][n / 3], trace);
}

fn main() {
    run();
    let start = std::time::Instant::now();
    run();
    eprintln!("{}", start.elapsed().as_micros());
}
