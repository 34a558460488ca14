//! The topics of a community, folded. Without the script, only the first ones are there.

use std::collections::HashMap;

use maud::{Markup, html};
use topic_import_bulk::Outcome;
use topic_import_bulk::journal::Communities;
use topic_import_bulk::report::ReportedRow;

use super::text::{count, number};
use super::totals;
use crate::show::text::one_line;

/// How many topics of a community are there without the script.
const MOST_FIRST: usize = 5;

/// The first topics of each community that is listed.
pub(super) struct FirstTopics(HashMap<String, Vec<(Outcome, String)>>);

impl FirstTopics {
    pub(super) fn of(communities: &Communities) -> Self {
        let listed = communities.listed.iter();
        let named = listed.filter_map(|community| community.group_id.clone());
        Self(named.map(|group_id| (group_id, Vec::new())).collect())
    }

    /// Takes a topic of a valid row if it is one of the first.
    pub(super) fn add(&mut self, row: &ReportedRow) {
        let group_id = row.group_id.as_deref().unwrap_or_default();
        if let Some(topics) = self.0.get_mut(group_id)
            && topics.len() < MOST_FIRST
        {
            let name = row.called().unwrap_or_default();
            topics.push((row.outcome, one_line(name)));
        }
    }

    /// The folded topics of a community, which has so many in the page.
    pub(super) fn folded(&self, group_id: &str, topics: u64) -> Markup {
        let first = self.0.get(group_id).map(Vec::as_slice).unwrap_or_default();
        let more = topics.saturating_sub(first.len() as u64);
        html! {
            details.topics data-group=(one_line(group_id)) {
                summary { (count(topics, "topic")) }
                ul {
                    @for (outcome, name) in first {
                        li { bdi { (name) } " " b class=(outcome.name()) { (totals::name(*outcome)) } }
                    }
                    @if more > 0 { li { "and " (number(more)) " more" } }
                }
            }
        }
    }
}
