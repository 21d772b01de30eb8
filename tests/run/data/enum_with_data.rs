enum Expr {
    Num(f64),
    Neg(Box<Expr>),
    Bin { op: char, left: Box<Expr>, right: Box<Expr> },
}

fn eval(e: &Expr) -> f64 {
    match e {
        Expr::Num(n) => *n,
        Expr::Neg(inner) => -eval(inner),
        Expr::Bin { op, left, right } => {
            let (l, r) = (eval(left), eval(right));
            match op {
                '+' => l + r,
                '-' => l - r,
                '*' => l * r,
                '/' => l / r,
                _ => unreachable!(),
            }
        }
    }
}

fn bin(op: char, left: Expr, right: Expr) -> Expr {
    Expr::Bin { op, left: Box::new(left), right: Box::new(right) }
}

fn main() {
    let e = bin('*', bin('+', Expr::Num(1.5), Expr::Num(2.0)), Expr::Neg(Box::new(Expr::Num(4.0))));
    println!("{}", eval(&e));
    println!("{}", eval(&bin('/', e, bin('-', Expr::Num(1.0), Expr::Num(3.0)))));
}
