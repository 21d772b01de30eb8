use std::collections::HashMap;
use std::fmt::Result;
use std::io::Read;
use std::io::Read; //~ E0252
use std::io::{Result, Write}; //~ E0252
use std::rc::Rc as Arc;
use std::sync::Arc as Other;

struct HashMap; //~ E0255

mod tools {
    pub fn hammer() {}
    pub fn saw() {}
    pub struct Nail;
    pub(crate) fn drill() {}
    pub mod saw {}
    pub trait Tool {}
}

pub mod shelf {
    pub use crate::tools::Nail;
    pub use crate::tools::drill; //~ E0364
    pub(crate) use crate::tools::drill as bore;
}

use tools::hammer;
use tools::{saw, Tool as _, Tool as _};

fn hammer() {} //~ E0255

macro_rules! saw {
    () => {};
}

fn main() {
    use tools::hammer;
    use tools::Nail;
    use tools::Nail as hammer; //~ E0252
}
