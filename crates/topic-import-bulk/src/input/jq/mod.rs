//! The language in which sources and mappings are written, by [jaq](https://github.com/01mf02/jaq).

pub(crate) mod filter;
pub(crate) mod json;
mod natives;
