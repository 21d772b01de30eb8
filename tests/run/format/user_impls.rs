use std::fmt::{self, Binary, Debug, Display, Formatter, Write};

struct P(i32, i32);

impl Display for P {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            write!(f, "P[{}; {}]", self.0, self.1)
        } else if let Some(p) = f.precision() {
            write!(f, "({:.*})", p, self.0 as f64)
        } else {
            f.pad(&format!("({}, {})", self.0, self.1))
        }
    }
}

impl Debug for P {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("P").field("sum", &(self.0 + self.1)).finish_non_exhaustive()
    }
}

impl Binary for P {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Binary::fmt(&self.0, f)?;
        f.write_char('/')?;
        Binary::fmt(&self.1, f)
    }
}

struct Items<'a>(&'a [i32]);

impl Debug for Items<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0).finish()
    }
}

fn main() {
    let p = P(3, -4);
    println!("{p} [{p:>10}] [{p:<9}] {p:#} {p:.1}");
    println!("{p:?} {p:#?} {:b}", P(5, 2));
    println!("{:?} {}", Items(&[1, 2]), p.to_string().len());
    let mut out = String::new();
    write!(out, "{}-{}", 1, p).unwrap();
    writeln!(out, "!").unwrap();
    print!("{out}");
}
