//! What an import would still do.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use topic_import_core::{Code, GroupId};

use super::{FailureCount, JournalError};
use crate::outcome::Outcome;
use crate::request::Kind;

/// What an import would still do, as far as its journal can tell, if every call succeeded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remaining {
    /// How many rows it would try, by what became of them so far. The most frequent come first.
    pub tried: Vec<FailureCount>,
    /// How many rows it would leave as they are although they are not there, likewise.
    pub left: Vec<FailureCount>,
    /// How many topics it would hold without a call, because the run was to create their community, which would not be
    /// there.
    pub blocked: u64,
    /// How many topics it would try in each community, by GroupId.
    pub by_community: BTreeMap<String, u64>,
    /// The size of the requests of these topics, in bytes.
    pub bytes: u64,
}

impl Remaining {
    /// How many communities it would try to create.
    pub fn communities(&self) -> u64 {
        let tried = self.tried.iter();
        let communities = tried.filter(|count| count.kind == Kind::Community);
        communities.map(|count| count.rows).sum()
    }
}

/// Rows that are not there, and that an import would treat alike.
pub(super) struct Alike {
    /// The number of one of them.
    pub(super) number: i64,
    pub(super) outcome: Outcome,
    pub(super) code: Option<Code>,
    /// Whether an import would take them up.
    pub(super) is_taken_up: bool,
    /// Whether they are topics for which it would make no call all the same.
    pub(super) is_blocked: bool,
    pub(super) rows: u64,
    /// The size of their requests.
    pub(super) bytes: u64,
}

/// Counts rows by kind, outcome and code.
type Counts = BTreeMap<(Kind, usize, Option<Code>), u64>;

/// Adds up what an import would still do.
#[derive(Default)]
pub(super) struct Counting {
    tried: Counts,
    left: Counts,
    remaining: Remaining,
}

impl Counting {
    /// Adds rows; those that would be taken up are of the community with this GroupId.
    pub(super) fn add(&mut self, alike: &Alike, group_id: &str) -> Result<(), JournalError> {
        let kind = Kind::of_number(alike.number);
        let key = (kind, alike.outcome as usize, alike.code);
        if !alike.is_taken_up {
            *self.left.entry(key).or_default() += alike.rows;
            return Ok(());
        }
        if alike.is_blocked {
            self.remaining.blocked += alike.rows;
            return Ok(());
        }
        *self.tried.entry(key).or_default() += alike.rows;
        if kind == Kind::Community {
            return Ok(());
        }
        self.remaining.bytes += alike.bytes;
        let by_community = &mut self.remaining.by_community;
        if let Some(topics) = by_community.get_mut(group_id) {
            *topics += alike.rows;
            return Ok(());
        }
        let number = alike.number;
        let group_id = GroupId::parse(group_id).map_err(|_| JournalError::Damaged { number })?;
        by_community.insert(group_id.to_string(), alike.rows);
        Ok(())
    }

    pub(super) fn finish(self) -> Remaining {
        Remaining {
            tried: by_frequency(self.tried),
            left: by_frequency(self.left),
            ..self.remaining
        }
    }
}

fn by_frequency(counts: Counts) -> Vec<FailureCount> {
    let counts = counts.into_iter();
    let counts = counts.map(|((kind, outcome, code), rows)| {
        FailureCount::new(kind, code, Outcome::ALL[outcome], rows)
    });
    let mut counts: Vec<FailureCount> = counts.collect();
    counts.sort_by_key(|count| Reverse(count.rows));
    counts
}
