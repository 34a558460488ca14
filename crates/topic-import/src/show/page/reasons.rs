//! The table of the reasons for which rows failed, each with the rows that failed for it: those that the report prints.

use maud::{Markup, html};

use super::failed_rows::what_happened;
use super::text::count;
use crate::show::reasons::{Alike, Told};

/// The table; empty if no row failed. Its links lead to the failed rows; the page's script makes each show its own.
pub(super) fn table(told: &Told) -> Markup {
    if told.groups.is_empty() {
        return html! {};
    }
    html! {
        table.reasons {
            caption { "Rows that failed alike, most frequent first" }
            thead {
                tr {
                    th scope="col" { "Rows" }
                    th scope="col" { "What happened, and what to do" }
                }
            }
            tbody { @for (number, group) in told.groups.iter().enumerate() { (row(number, group)) } }
        }
        @if told.other_rows > 0 {
            p { (count(told.other_rows, "row")) " failed for other reasons: they are among the failed rows below." }
        }
    }
}

fn row(number: usize, group: &Alike) -> Markup {
    html! {
        tr {
            th scope="row" { a href="#failed" data-reason=(number) { bdi { (group.rows_in_words()) } } }
            td {
                @if !group.have_same_words { "for example the first: " }
                (what_happened(&group.first))
                small { bdi { (group.first_in_words()) } }
            }
        }
    }
}
