//! A small stack machine: a loop over an enum of instructions, `match`, Vec push and pop.
#[derive(Clone, Copy, Debug)]
enum Op {
    Push(i64),
    Load(usize),
    Store(usize),
    Add,
    Sub,
    Mul,
    Less,
    JumpIf(usize),
    Jump(usize),
    Halt,
}

#[derive(Debug)]
enum Fault {
    Empty,
    BadAddress(usize),
}

struct Machine<'a> {
    code: &'a [Op],
    stack: Vec<i64>,
    cells: [i64; 8],
    at: usize,
    steps: u64,
}

impl<'a> Machine<'a> {
    fn new(code: &'a [Op]) -> Machine<'a> {
        Machine { code, stack: Vec::new(), cells: [0; 8], at: 0, steps: 0 }
    }

    fn pop(&mut self) -> Result<i64, Fault> {
        self.stack.pop().ok_or(Fault::Empty)
    }

    fn binary(&mut self, f: impl Fn(i64, i64) -> i64) -> Result<(), Fault> {
        let b = self.pop()?;
        let a = self.pop()?;
        self.stack.push(f(a, b));
        Ok(())
    }

    fn step(&mut self) -> Result<bool, Fault> {
        let op = *self.code.get(self.at).ok_or(Fault::BadAddress(self.at))?;
        self.at += 1;
        self.steps += 1;
        match op {
            Op::Push(value) => self.stack.push(value),
            Op::Load(cell) => self.stack.push(self.cells[cell]),
            Op::Store(cell) => self.cells[cell] = self.pop()?,
            Op::Add => self.binary(|a, b| a.wrapping_add(b))?,
            Op::Sub => self.binary(|a, b| a - b)?,
            Op::Mul => self.binary(|a, b| a.wrapping_mul(b))?,
            Op::Less => self.binary(|a, b| (a < b) as i64)?,
            Op::JumpIf(to) => {
                if self.pop()? != 0 {
                    self.at = to;
                }
            }
            Op::Jump(to) => self.at = to,
            Op::Halt => return Ok(false),
        }
        Ok(true)
    }
}

fn run() {
    // cells: 0 counter, 1 sum, 2 limit
    let code = [
        Op::Push(1_500_000),
        Op::Store(2),
        Op::Load(0),
        Op::Load(2),
        Op::Less,
        Op::JumpIf(7),
        Op::Halt,
        Op::Load(1),
        Op::Load(0),
        Op::Push(3),
        Op::Mul,
        Op::Push(7),
        Op::Sub,
        Op::Add,
        Op::Store(1),
        Op::Load(0),
        Op::Push(1),
        Op::Add,
        Op::Store(0),
        Op::Jump(2),
    ];
    let mut machine = Machine::new(&code);
    while machine.step().unwrap() {}
    println!("{} {} {:?}", machine.cells[1], machine.steps, machine.code[0]);
}

fn main() {
    run();
    let start = std::time::Instant::now();
    run();
    eprintln!("{}", start.elapsed().as_micros());
}
