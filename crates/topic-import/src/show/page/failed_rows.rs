//! The table of the failed rows. The page's script shows a part of them at a time; without it, the first are there.

use maud::{Markup, html};
use topic_import_bulk::Outcome;
use topic_import_bulk::journal::Summary;
use topic_import_bulk::report::ReportedRow;
use topic_import_bulk::request::Kind;

use super::text::{count, number};
use super::{failures, totals};
use crate::show::explanation::Explanation;
use crate::show::text::one_line;

/// How many rows are shown at a time: more make a browser slow.
pub(super) const SHOWN_TOGETHER: usize = 200;

/// How many rows failed.
const fn failed(summary: &Summary) -> u64 {
    let communities = &summary.communities;
    let of_communities = communities.of(Outcome::Rejected)
        + communities.of(Outcome::Conflict)
        + communities.of(Outcome::Unknown)
        + communities.of(Outcome::Held)
        + communities.of(Outcome::InFlight);
    summary.rejected
        + summary.conflict
        + summary.unknown
        + summary.held
        + summary.in_flight
        + of_communities
}

/// The table with its first rows, and with what the script needs to show those of one reason: for each number that stands at a row
/// in the data, the place of its reason in the table of reasons.
pub(super) fn table(summary: &Summary, first: &[Markup], by_place: &[Option<usize>]) -> Markup {
    let failed = failed(summary);
    if failed == 0 {
        return html! { p { "No row failed." } };
    }
    let reasons = serde_json::json!(by_place);
    html! {
        @if failed > first.len() as u64 {
            noscript {
                p {
                    strong { "Without JavaScript, only the first " (number(first.len() as u64)) " of " (count(failed, "row")) " are shown." }
                    " All of them: " code { "topic-import report" } " with " code { "--output json" }
                    ", or with " code { "--failed mend.jsonl" } " as rows to be corrected."
                }
            }
        }
        div.search role="search" hidden {
            label for="search" { "Search the failed rows" }
            input #search type="search" autocomplete="off" spellcheck="false" aria-describedby="hint found";
            p.quiet #hint { "Words of a name, ID, file, line, code, outcome or message; a row must have all of them." }
            p #found role="status" {}
        }
        (pager())
        p #one-reason hidden { "Shown are only " strong {} " that failed alike. " a href="#failed" { "Show all failed rows" } }
        table.failed #failed-rows data-together=(SHOWN_TOGETHER) data-reasons=(reasons) {
            caption { "Rows whose topic or community is not there, or may not be" }
            thead {
                tr {
                    th.number scope="col" { "Line" }
                    th scope="col" { "Topic" }
                    th scope="col" { "What happened" }
                }
            }
            tbody { @for row in first { (row) } }
        }
        (pager())
    }
}

fn pager() -> Markup {
    html! {
        div.pager hidden {
            button.before type="button" { "Previous" }
            label { "Page " input type="number" min="1" value="1"; " of " span {} }
            button.after type="button" { "Next" }
        }
    }
}

/// A row as the script would show it as well.
pub(super) fn row(row: &ReportedRow) -> Markup {
    html! {
        tr {
            td.number { (row.place.line) }
            th scope="row" {
                @if row.kind == Kind::Community { small { "community" } }
                @match row.called().unwrap_or_default() {
                    "" => "(no name)",
                    name => bdi { (one_line(name)) },
                }
                // The TopicId begins with the GroupId.
                @if let Some(id) = row.topic_id.as_ref().or(row.group_id.as_ref()) {
                    small { bdi { (one_line(id)) } }
                }
                @if let Some(file) = &row.place.file { small { "in " bdi { (one_line(file)) } } }
            }
            td { (what_happened(row)) }
        }
    }
}

/// A row's outcome and code, why it failed, and what to do.
pub(super) fn what_happened(row: &ReportedRow) -> Markup {
    let why = Explanation::of_row(row).map(|why| Explanation { code: None, ..why });
    html! {
        b class=(row.outcome.name()) { (totals::name(row.outcome)) }
        @if let Some(code) = row.cause.code { " " a href={ "#" (failures::id(row.kind, code)) } { (code) } }
        @if let Some(why) = why { " " bdi { (why) } }
    }
}
