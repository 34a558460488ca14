//! The outcomes of the rows of each community.

use maud::{Markup, html};
use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{Communities, CommunityOutcomes};

use super::bar::bar;
use super::text::{count, number};
use super::topics::FirstTopics;
use super::totals;
use crate::show::text::one_line;

/// How many communities are listed at most: nobody reads more.
pub(super) const MOST_LISTED: usize = 200;

/// The table, with the topics of these outcomes folded in each community.
pub(super) fn table(
    communities: &Communities,
    topics: &FirstTopics,
    outcomes: &[Outcome],
) -> Markup {
    let named = communities
        .listed
        .iter()
        .filter(|listed| listed.group_id.is_some());
    let further = communities.count.saturating_sub(named.count() as u64);
    html! {
        table.communities {
            caption {
                @match communities.count {
                    1 => "1 community",
                    count => { (number(count)) " communities" }
                }
                "; those with the most failed rows come first."
                @if further > 0 { " " (number(further)) " more are not listed." }
            }
            thead {
                tr {
                    th scope="col" { "Community" }
                    th.number scope="col" { "Rows" }
                    th scope="col" { "Outcomes" }
                }
            }
            tbody {
                @for community in &communities.listed { (row(community, topics, outcomes)) }
            }
        }
    }
}

fn row(community: &CommunityOutcomes, topics: &FirstTopics, outcomes: &[Outcome]) -> Markup {
    let counts: Vec<(Outcome, u64)> = Outcome::ALL
        .into_iter()
        .zip(community.rows)
        .filter(|(_, rows)| *rows > 0)
        .collect();
    let rows: u64 = counts.iter().map(|(_, rows)| rows).sum();
    let folded = counts
        .iter()
        .filter(|(outcome, _)| outcomes.contains(outcome));
    let folded = folded.map(|(_, rows)| rows).sum();
    let words: Vec<String> = counts
        .iter()
        .map(|(outcome, rows)| format!("{} {}", number(*rows), totals::name(*outcome)))
        .collect();
    let parts: Vec<(&str, u64)> = counts
        .iter()
        .map(|(outcome, rows)| (outcome.name(), *rows))
        .collect();
    html! {
        tr {
            th scope="row" {
                @if let Some(own) = community.own {
                    small { "made by this run: " (totals::name(own)) }
                }
                @match &community.group_id {
                    Some(group_id) => bdi { (one_line(group_id)) },
                    None => { "none " small { (count(rows, "row")) " invalid" } }
                }
            }
            td.number { (number(rows)) }
            td { (words.join(", ")) (bar(&parts, rows, "bar")) }
        }
        @if let Some(group_id) = community.group_id.as_ref().filter(|_| folded > 0) {
            tr.folded { td colspan="3" { (topics.folded(group_id, folded)) } }
        }
    }
}
