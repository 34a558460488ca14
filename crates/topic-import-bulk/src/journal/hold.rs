use topic_import_core::GroupId;

use super::Cause;

/// A failure that stops the calls for other rows as well: for the rows of one group, or for all rows of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hold {
    /// The group whose rows are held; `None` if all rows are.
    pub group_id: Option<GroupId>,
    /// The input line of the row whose call failed.
    pub line: u64,
    /// The failure.
    pub cause: Cause,
}

impl Hold {
    /// A failure of the call for the row on this line.
    pub const fn new(group_id: Option<GroupId>, line: u64, cause: Cause) -> Self {
        Self {
            group_id,
            line,
            cause,
        }
    }
}

/// Something that a journal tells a process.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// A failure in another process that concerns this one as well.
    Held(Hold),
    /// The journal cannot be reached, and is tried again until it can; the text is a message that says so.
    Away(String),
    /// The journal has lost records that it had confirmed; the text is a message that says what was done about it.
    LostCommits(String),
}
