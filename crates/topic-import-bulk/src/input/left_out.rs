//! What of an export becomes no topic.

use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// Why something of an export becomes no topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LeftOutReason {
    /// It is archived or deleted, and those are not wanted.
    Archived,
    /// Only some of a community's members may see it, and such are not wanted.
    Private,
    /// A conversation of single persons.
    Direct,
    /// A channel to speak in.
    Voice,
    /// A heading over channels.
    Category,
    /// A thread: it belongs to its channel.
    Thread,
    /// What holds channels, and is none.
    Space,
    /// The row does not meet the condition.
    Filtered,
    /// A channel that holds no conversation, or of a kind that is not known.
    Other,
}

impl LeftOutReason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Archived,
        Self::Private,
        Self::Direct,
        Self::Voice,
        Self::Category,
        Self::Thread,
        Self::Space,
        Self::Filtered,
        Self::Other,
    ];

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// One word for it: `archived`, `private`, `direct`, `voice`, `category`, `thread`, `space`, `filtered`, `other`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Archived => "archived",
            Self::Private => "private",
            Self::Direct => "direct",
            Self::Voice => "voice",
            Self::Category => "category",
            Self::Thread => "thread",
            Self::Space => "space",
            Self::Filtered => "filtered",
            Self::Other => "other",
        }
    }
}

/// How much of an export becomes no topic, by reason. As JSON it is an object with what is not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut([u64; LeftOutReason::ALL.len()]);

impl LeftOut {
    pub(crate) fn add(&mut self, reason: LeftOutReason) {
        self.0[reason as usize] += 1;
    }

    /// The reasons that there were, and how often.
    pub fn counts(&self) -> impl Iterator<Item = (LeftOutReason, u64)> {
        let counts = LeftOutReason::ALL.into_iter().zip(self.0);
        counts.filter(|(_, count)| *count > 0)
    }
}

impl Serialize for LeftOut {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (reason, count) in self.counts() {
            map.serialize_entry(reason.name(), &count)?;
        }
        map.end()
    }
}
