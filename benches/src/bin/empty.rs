//! Does nothing: what starting any Rust program takes.

fn main() {}
