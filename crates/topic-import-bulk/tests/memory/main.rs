//! How much memory reading takes: a process of its own, since what other tests use would count as well.

#[cfg(test)]
mod large;
