//! What can become of a row, and which rows can be tried again.

use serde::Serialize;

/// What has become of a row so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// This run created the topic, or the community.
    Imported,
    /// It was there as wanted.
    Existing,
    /// The row is invalid, or the service refused it.
    Rejected,
    /// The TopicId, or the GroupId, belongs to something with other content.
    Conflict,
    /// The call may have been executed. With a TopicId, trying again finds out; without one, it could import the topic
    /// twice.
    Unknown,
    /// Not tried, or tried in vain, because its group or the run is blocked, or its community is a row that is not there; or
    /// refused with a code that says nothing of the row.
    Held,
    /// Claimed for a call that may have been executed; importing again settles it.
    InFlight,
    /// Not done yet; importing again takes it up.
    Pending,
    /// This run created it, and undoing the run has destroyed it.
    Destroyed,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 9] = [
        Self::Imported,
        Self::Existing,
        Self::Rejected,
        Self::Conflict,
        Self::Unknown,
        Self::Held,
        Self::InFlight,
        Self::Pending,
        Self::Destroyed,
    ];

    /// The outcomes of rows of which nothing is there, or may not be, though they were tried or are bad.
    pub const FAILED: [Self; 5] = [
        Self::Rejected,
        Self::Conflict,
        Self::Unknown,
        Self::Held,
        Self::InFlight,
    ];

    /// The outcomes of rows that a person may have to correct. Of the other rows, those that are not done are taken up
    /// by importing again.
    pub const TO_CORRECT: [Self; 4] = [Self::Rejected, Self::Conflict, Self::Unknown, Self::Held];

    /// The outcome's name, as used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Existing => "existing",
            Self::Rejected => "rejected",
            Self::Conflict => "conflict",
            Self::Unknown => "unknown",
            Self::Held => "held",
            Self::InFlight => "in_flight",
            Self::Pending => "pending",
            Self::Destroyed => "destroyed",
        }
    }

    /// The outcome with this [`name`](Self::name); `None` if there is none.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// Whether the row is not done yet: pending or in flight.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::InFlight)
    }

    /// Whether the service has accepted the row, or may have.
    pub(crate) const fn may_be_accepted(self) -> bool {
        matches!(
            self,
            Self::Imported | Self::Existing | Self::Destroyed | Self::InFlight | Self::Unknown
        )
    }

    /// Whether the topic, or the community, is there.
    pub const fn is_there(self) -> bool {
        matches!(self, Self::Imported | Self::Existing)
    }
}

/// An outcome of earlier invocations whose rows are tried again if the caller asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retry {
    /// [`Outcome::Rejected`], except for invalid rows
    Rejected,
    /// [`Outcome::Conflict`]
    Conflict,
    /// [`Outcome::Unknown`]; a topic without a TopicId that was imported after all is then imported twice.
    Unknown,
}

impl Retry {
    /// Every outcome that can be tried again.
    pub const ALL: [Self; 3] = [Self::Rejected, Self::Conflict, Self::Unknown];

    /// The outcome.
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Rejected => Outcome::Rejected,
            Self::Conflict => Outcome::Conflict,
            Self::Unknown => Outcome::Unknown,
        }
    }
}
