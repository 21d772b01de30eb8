use std::alloc::System;

struct Counting;

mod inner {
    #[global_allocator]
    static ALLOCATOR: super::Counting = super::Counting; //~ E0277
}

static NO_ALLOCATOR: System = System;

fn main() {}
