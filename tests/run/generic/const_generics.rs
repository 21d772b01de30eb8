struct Matrix<const R: usize, const C: usize>([[i32; C]; R]);

impl<const R: usize, const C: usize> Matrix<R, C> {
    const CELLS: usize = R * C;

    fn transpose(&self) -> Matrix<C, R> {
        let mut out = [[0; R]; C];
        for r in 0..R {
            for c in 0..C {
                out[c][r] = self.0[r][c];
            }
        }
        Matrix(out)
    }
}

fn total<const N: usize>(items: [i32; N]) -> i32 {
    items.iter().sum::<i32>() * N as i32
}

fn main() {
    let m = Matrix([[1, 2, 3], [4, 5, 6]]);
    println!("{:?} {}", m.transpose().0, Matrix::<2, 3>::CELLS);
    println!("{} {}", total([1, 2, 3]), total([]));
}
