//! How many rows have which outcome.

use maud::{Markup, html};
use topic_import_bulk::Outcome;
use topic_import_bulk::journal::Summary;

use super::bar::bar;
use super::text::number;
use crate::show::text::community_counts;

pub(super) fn tiles(summary: &Summary) -> Markup {
    let counts = counts(summary);
    let parts: Vec<(&str, u64)> = counts
        .iter()
        .map(|(outcome, rows)| (outcome.name(), *rows))
        .collect();
    html! {
        (bar(&parts, summary.rows, "bar tall"))
        dl.tiles {
            @for (outcome, rows) in counts {
                div class=(outcome.name()) {
                    dt { (name(outcome)) }
                    dd { (number(rows)) small { (meaning(outcome)) } }
                }
            }
        }
    }
}

/// Where the communities are that the run makes itself.
pub(super) fn of_communities(summary: &Summary) -> Markup {
    html! {
        @if let Some(counts) = community_counts(summary) { p { (counts) "." } }
    }
}

/// The outcomes with the number of their rows. Unlike in the summary, pending rows do not include those in flight.
fn counts(summary: &Summary) -> Vec<(Outcome, u64)> {
    let mut counts = Vec::new();
    for (outcome, rows) in summary.counts() {
        if outcome == Outcome::Pending {
            counts.push((Outcome::InFlight, summary.in_flight));
            counts.push((outcome, rows - summary.in_flight));
        } else {
            counts.push((outcome, rows));
        }
    }
    counts.retain(|(_, rows)| *rows > 0);
    counts
}

/// The name of an outcome for people.
pub(super) const fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::InFlight => "in flight",
        outcome => outcome.name(),
    }
}

const fn meaning(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Imported => "created by this run",
        Outcome::Existing => "already there, and equal",
        Outcome::Rejected => "invalid, or refused",
        Outcome::Conflict => "TopicId taken by another topic",
        Outcome::Unknown => "may or may not exist",
        Outcome::Held => "group or run blocked",
        Outcome::InFlight => "sent, outcome still open",
        Outcome::Pending => "not done yet",
        Outcome::Destroyed => "created, then undone",
        _ => "",
    }
}
