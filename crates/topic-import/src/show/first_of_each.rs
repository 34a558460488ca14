//! What is told one by one while a command works: the first of each kind, as very many may be alike.

use std::collections::HashMap;
use std::hash::Hash;

/// So many of each kind are told.
const MOST_ALIKE: u64 = 10;

/// Counts things by their kind.
pub(crate) struct FirstOfEach<K>(HashMap<K, u64>);

impl<K> Default for FirstOfEach<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> FirstOfEach<K> {
    /// Whether this one is among the first of its kind, and so is told.
    pub(crate) fn take(&mut self, kind: K) -> bool {
        let count = self.0.entry(kind).or_default();
        *count += 1;
        *count <= MOST_ALIKE
    }

    /// How many were not told.
    pub(crate) fn untold(&self) -> u64 {
        let counts = self.0.values();
        counts.map(|count| count.saturating_sub(MOST_ALIKE)).sum()
    }
}
