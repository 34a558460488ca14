//! What is wrong with the communities that a run is to make itself, beside its topics.

use std::collections::HashMap;

use serde::Serialize;
use topic_import_core::{GroupId, ImportTopic};

use crate::input::communities::{Communities, InputCommunity};
use crate::input::problem::Problem;

/// The most problems that a report lists.
pub const MAX_PROBLEMS_LISTED: usize = 1000;

/// What checking the communities of an input found that the run is to make itself.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct CommunityReport {
    /// How many there are.
    pub rows: u64,
    /// How many of them have problems.
    pub invalid: u64,
    /// How many problems there are in all.
    pub problems_total: u64,
    /// The first of them, at most [`MAX_PROBLEMS_LISTED`], by line.
    pub problems: Vec<Problem>,
    /// The header itself has problems: no community can be trusted.
    #[serde(skip)]
    pub header_is_bad: bool,
}

/// The communities that a run is to make itself, while their topics are read.
pub(super) struct OwnCommunities {
    rows: Vec<InputCommunity>,
    header_problems: Vec<Problem>,
    /// The oldest topic of each that a topic was read of: its time and its line.
    oldest: HashMap<GroupId, Option<(u32, u64)>>,
}

impl OwnCommunities {
    pub(super) fn of(communities: &Communities) -> Self {
        let rows = communities.rows().to_vec();
        let ids = rows.iter().filter_map(|row| row.community.as_ref().ok());
        Self {
            oldest: ids
                .map(|community| (community.group_id().clone(), None))
                .collect(),
            header_problems: communities.header_problems().to_vec(),
            rows,
        }
    }

    /// Takes a sound topic, which begins on this line.
    pub(super) fn note(&mut self, line: u64, topic: &ImportTopic) {
        if let Some(time) = topic.create_time
            && let Some(oldest) = self.oldest.get_mut(topic.group_id())
        {
            let time = time.unix_seconds();
            if oldest.is_none_or(|(oldest, _)| time < oldest) {
                *oldest = Some((time, line));
            }
        }
    }

    /// The communities as they are to be imported, and what is wrong with them; `None` where there are none.
    pub(super) fn finish(mut self) -> (Vec<InputCommunity>, Option<CommunityReport>) {
        for row in &mut self.rows {
            if let Ok(community) = &row.community
                && let Some(own) = community.request().create_time
                && let Some(Some((time, line))) = self.oldest.get(community.group_id())
                && *time < own.unix_seconds()
            {
                let problem =
                    Problem::younger_than_topic(row.line, own.unix_seconds(), *time, *line);
                row.reject(problem);
            }
        }
        if self.rows.is_empty() && self.header_problems.is_empty() {
            return (self.rows, None);
        }
        let header_is_bad = !self.header_problems.is_empty();
        let invalid = |row: &&InputCommunity| header_is_bad || row.community.is_err();
        let of_rows = self
            .rows
            .iter()
            .filter_map(|row| row.community.as_ref().err());
        let problems: Vec<Problem> = self
            .header_problems
            .iter()
            .chain(of_rows.flatten())
            .cloned()
            .collect();
        let report = CommunityReport {
            rows: self.rows.len() as u64,
            invalid: self.rows.iter().filter(invalid).count() as u64,
            problems_total: problems.len() as u64,
            problems: problems.into_iter().take(MAX_PROBLEMS_LISTED).collect(),
            header_is_bad,
        };
        (self.rows, Some(report))
    }
}
