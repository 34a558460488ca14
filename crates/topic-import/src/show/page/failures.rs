//! The table of the reasons for which rows failed: how many rows, and what to do.

use maud::{Markup, html};
use topic_import_bulk::journal::FailureCount;
use topic_import_bulk::request::Kind;
use topic_import_core::Code;

use super::text::number;
use super::totals;
use crate::show::explanation::Explanation;

pub(super) fn table(failures: &[FailureCount]) -> Markup {
    if failures.is_empty() {
        return html! { p { "No row failed." } };
    }
    let is_first = |place: usize, failure: &FailureCount| {
        let mut before = failures[..place].iter();
        !before.any(|other| other.code == failure.code && other.kind == failure.kind)
    };
    html! {
        table.codes {
            caption { "Why rows were not imported, most frequent first" }
            thead {
                tr {
                    th scope="col" { "Code" }
                    th.number scope="col" { "Rows" }
                    th scope="col" { "What it means, and what to do" }
                }
            }
            tbody {
                @for (place, failure) in failures.iter().enumerate() {
                    @match failure.code {
                        None => (row_without_code(failure)),
                        Some(code) if is_first(place, failure) => (row(failure.kind, code, failures)),
                        Some(_) => {}
                    }
                }
            }
        }
    }
}

fn row(kind: Kind, code: Code, failures: &[FailureCount]) -> Markup {
    let same = failures
        .iter()
        .filter(|other| other.code == Some(code) && other.kind == kind);
    let outcomes: Vec<String> = same
        .clone()
        .map(|same| format!("{} {}", number(same.rows), totals::name(same.outcome)))
        .collect();
    let explanation = Explanation::of_code(kind, code);
    let (what, remedy) = (&explanation.what, explanation.remedy.unwrap_or_default());
    html! {
        tr id=(id(kind, code)) {
            th scope="row" { (code) (of(kind)) }
            td.number { (number(same.map(|same| same.rows).sum())) }
            td {
                (what) ": " (remedy) "."
                small { (outcomes.join(", ")) }
            }
        }
    }
}

/// Where the page explains a code for rows of a kind.
pub(super) fn id(kind: Kind, code: Code) -> String {
    match kind {
        Kind::Topic => format!("code{code}"),
        Kind::Community => format!("community-code{code}"),
    }
}

/// Says that communities are meant, and nothing of topics.
fn of(kind: Kind) -> Markup {
    match kind {
        Kind::Topic => html! {},
        Kind::Community => html! { small { "communities" } },
    }
}

fn row_without_code(failure: &FailureCount) -> Markup {
    html! {
        tr {
            th scope="row" { "none" (of(failure.kind)) }
            td.number { (number(failure.rows)) }
            td {
                (Explanation::of_outcome(failure.outcome)) "."
                small { (number(failure.rows)) " " (totals::name(failure.outcome)) }
            }
        }
    }
}
