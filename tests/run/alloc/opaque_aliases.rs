// Types that the library hides behind opaque aliases (#[define_opaque]).
use std::backtrace::{Backtrace, BacktraceStatus};
use std::path::PathBuf;
struct Failed(Backtrace);
fn main() {
    let paths: Vec<PathBuf> = std::env::split_paths("/usr/bin:/bin::/a b").collect();
    println!("{paths:?}");
    println!("{:?}", std::env::join_paths(paths.iter()).unwrap());
    println!("{}", std::mem::size_of::<Backtrace>());
    println!("{}", std::env::split_paths("a:b").size_hint().0);
    let f = Failed(Backtrace::disabled());
    println!("{:?} {}", f.0.status() == BacktraceStatus::Disabled, f.0);
    let c = Backtrace::force_capture();
    println!("{}", c.status() == BacktraceStatus::Captured && c.to_string().contains("main"));
}
