use std::path::PathBuf;

/// How much is measured.
pub(crate) struct Effort {
    pub(crate) rounds: usize,
    pub(crate) is_smoke: bool,
    /// Rows of the large run.
    pub(crate) large: u64,
    /// How long the program runs at each latency.
    pub(crate) minutes: u64,
    /// The program `topic-import`.
    pub(crate) program: Option<PathBuf>,
}

impl Effort {
    /// So many, or a few where only a smoke test is wanted.
    pub(crate) fn of(&self, full: u64) -> u64 {
        if self.is_smoke {
            (full / 1000).max(32)
        } else {
            full
        }
    }
}
