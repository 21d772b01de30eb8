//! Five bodies under gravity: f64 arithmetic over structs in an array.
#[derive(Clone, Copy)]
struct Body {
    position: [f64; 3],
    velocity: [f64; 3],
    mass: f64,
}

fn energy(bodies: &[Body]) -> f64 {
    let mut total = 0.0;
    for (i, body) in bodies.iter().enumerate() {
        let speed: f64 = body.velocity.iter().map(|v| v * v).sum();
        total += 0.5 * body.mass * speed;
        for other in &bodies[i + 1..] {
            let mut square = 0.0;
            for k in 0..3 {
                let d = body.position[k] - other.position[k];
                square += d * d;
            }
            total -= body.mass * other.mass / square.sqrt();
        }
    }
    total
}

fn advance(bodies: &mut [Body], dt: f64) {
    for i in 0..bodies.len() {
        for j in i + 1..bodies.len() {
            let mut delta = [0.0; 3];
            let mut square = 0.0;
            for k in 0..3 {
                delta[k] = bodies[i].position[k] - bodies[j].position[k];
                square += delta[k] * delta[k];
            }
            let magnitude = dt / (square * square.sqrt());
            let (mass_i, mass_j) = (bodies[i].mass, bodies[j].mass);
            for k in 0..3 {
                bodies[i].velocity[k] -= delta[k] * mass_j * magnitude;
                bodies[j].velocity[k] += delta[k] * mass_i * magnitude;
            }
        }
    }
    for body in bodies.iter_mut() {
        for k in 0..3 {
            body.position[k] += dt * body.velocity[k];
        }
    }
}

fn run() {
    let mut bodies = [Body { position: [0.0; 3], velocity: [0.0; 3], mass: 39.47 }; 5];
    for (i, body) in bodies.iter_mut().enumerate().skip(1) {
        let far = i as f64 * 4.0;
        body.position = [far, 0.5 - far / 3.0, 0.1 * far];
        body.velocity = [0.3, 2.1 - 0.2 * far, 0.05];
        body.mass = 0.01 / far;
    }
    println!("{:.9}", energy(&bodies));
    for _ in 0..ROUNDS {
        advance(&mut bodies, 0.001);
    }
    println!("{:.9}", energy(&bodies));
}

const ROUNDS: u32 = 300_000;

fn main() {
    run();
    let start = std::time::Instant::now();
    run();
    eprintln!("{}", start.elapsed().as_micros());
}
