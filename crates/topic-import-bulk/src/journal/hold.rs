use topic_import_core::GroupId;

use super::Cause;

/// A failure that keeps other rows from being called: those of its group, or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hold {
    /// The group whose rows are held; `None` where the run is.
    pub group_id: Option<GroupId>,
    /// The line of the input on which the row begins that met the failure.
    pub line: u64,
    /// The failure.
    pub cause: Cause,
}

impl Hold {
    /// A failure that the row on this line met.
    pub const fn new(group_id: Option<GroupId>, line: u64, cause: Cause) -> Self {
        Self {
            group_id,
            line,
            cause,
        }
    }
}

/// Something that a process is told by its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// Another process has met a failure that concerns this one as well.
    Held(Hold),
    /// The journal is out of reach, in words; it is tried again until it is there.
    Away(String),
    /// The journal has lost what it had confirmed, in words, and what was done about it.
    LostCommits(String),
}
