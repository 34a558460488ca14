use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The condition of a community.
///
/// Its text forms, for command lines, are `normal`, `deleted`, `no-topics` and `full-at=N`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Community {
    /// The community exists and accepts as many topics as
    /// [`Builder::topics_per_community`](crate::Builder::topics_per_community) says.
    #[default]
    Normal,
    /// The community was deleted: calls for it get 10010 \[S\].
    Deleted,
    /// The community was created without `SupportTopic`, or the topic feature is not enabled in the console: calls for
    /// it get 11000 \[S\].
    WithoutTopics,
    /// The community accepts only this many topics: the import of a further one gets 10037 \[S\].
    FullAt(usize),
}

impl fmt::Display for Community {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normal => f.write_str("normal"),
            Self::Deleted => f.write_str("deleted"),
            Self::WithoutTopics => f.write_str("no-topics"),
            Self::FullAt(topics) => write!(f, "full-at={topics}"),
        }
    }
}

impl FromStr for Community {
    type Err = ParseCommunityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "normal" => Ok(Self::Normal),
            "deleted" => Ok(Self::Deleted),
            "no-topics" => Ok(Self::WithoutTopics),
            _ => text
                .strip_prefix("full-at=")
                .and_then(|topics| topics.parse().ok())
                .map(Self::FullAt)
                .ok_or_else(|| ParseCommunityError {
                    found: text.to_owned(),
                }),
        }
    }
}

/// A text is not a [`Community`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{found:?} is not normal, deleted, no-topics or full-at=N")]
pub struct ParseCommunityError {
    found: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_condition_is_read_as_it_is_written() {
        for community in [
            Community::Normal,
            Community::Deleted,
            Community::WithoutTopics,
            Community::FullAt(17),
        ] {
            assert_eq!(community.to_string().parse(), Ok(community));
        }
    }

    #[test]
    fn other_words_are_refused_by_name() {
        for text in ["", "Normal", "full-at=", "full-at=-1"] {
            let error = text.parse::<Community>().unwrap_err();
            assert!(error.to_string().contains(&format!("{text:?}")));
        }
    }
}
