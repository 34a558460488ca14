//! How many rows are where.

use maud::{Markup, html};
use topic_import_bulk::{Outcome, Summary};

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

/// The outcomes that rows have; in contrast to a summary's, pending rows are without those in flight.
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

/// An outcome as people read it.
pub(super) const fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::InFlight => "in flight",
        outcome => outcome.name(),
    }
}

const fn meaning(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Imported => "created by this run",
        Outcome::Existing => "were there, as wanted",
        Outcome::Rejected => "invalid, or refused",
        Outcome::Conflict => "TopicId taken by another topic",
        Outcome::Unknown => "may be there, or not",
        Outcome::Held => "group or run blocked",
        Outcome::InFlight => "called, and open",
        Outcome::Pending => "not done yet",
        Outcome::Destroyed => "created, then undone",
        _ => "",
    }
}
