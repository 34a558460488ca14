use std::num::NonZeroU64;

use crate::check::derived_id::TopicIds;
use crate::check::spread::Spread;

/// The most topics that the service documents for a community (Use Limits); an app's own limit may be larger.
pub const DOCUMENTED_TOPICS_PER_COMMUNITY: NonZeroU64 = NonZeroU64::new(200).expect("not zero");

/// Settings of a check, besides the rules that hold for every row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckSettings {
    /// The most topics that a community may have. Rows beyond that are invalid.
    pub topics_per_community: NonZeroU64,
    /// Who chooses the IDs of topics whose rows have no `TopicId`.
    pub topic_ids: TopicIds,
    /// Whether, and how, rows beyond what their community takes go into further communities; `None`: they are invalid.
    pub spread: Option<Spread>,
    /// Whether every problem is kept, and not only the first [`MAX_PROBLEMS_LISTED`](super::MAX_PROBLEMS_LISTED), and also
    /// everything that was shortened, guessed or replaced in a row: [`CheckReport::all_problems`](super::CheckReport::all_problems).
    pub keep_problems: bool,
}

impl Default for CheckSettings {
    /// The limits that the service documents.
    fn default() -> Self {
        Self {
            topics_per_community: DOCUMENTED_TOPICS_PER_COMMUNITY,
            topic_ids: TopicIds::default(),
            spread: None,
            keep_problems: false,
        }
    }
}
