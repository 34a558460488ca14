//! Why rows failed, how many for each reason, and what to do.

use maud::{Markup, html};
use topic_import_bulk::{FailureCount, Outcome};
use topic_import_core::Code;

use super::text::number;
use super::totals;

pub(super) fn table(failures: &[FailureCount]) -> Markup {
    if failures.is_empty() {
        return html! { p { "No row failed." } };
    }
    let is_first = |place: usize, failure: &FailureCount| {
        let mut before = failures[..place].iter();
        !before.any(|other| other.code == failure.code)
    };
    html! {
        table.codes {
            caption { "What kept rows from being imported, most frequent first" }
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
                        Some(code) if is_first(place, failure) => (row(code, failures)),
                        Some(_) => {}
                    }
                }
            }
        }
    }
}

fn row(code: i64, failures: &[FailureCount]) -> Markup {
    let same = failures.iter().filter(|other| other.code == Some(code));
    let outcomes: Vec<String> = same
        .clone()
        .map(|same| format!("{} {}", number(same.rows), totals::name(same.outcome)))
        .collect();
    let code = Code::new(code);
    html! {
        tr id={ "code" (code.get()) } {
            th scope="row" { (code.get()) }
            td.number { (number(same.map(|same| same.rows).sum())) }
            td {
                (code.meaning()) ": " (code.remedy()) "."
                small { (outcomes.join(", ")) }
            }
        }
    }
}

fn row_without_code(failure: &FailureCount) -> Markup {
    let why = match failure.outcome {
        Outcome::Rejected => {
            "the row is invalid, or its call failed without an answer: mend what each row says, and import it again"
        }
        Outcome::Held => {
            "not called, as its group or the run was blocked: mend that, and run the same import again"
        }
        Outcome::Unknown => "may have been imported, or not: look for it before importing it again",
        Outcome::InFlight => "may have been imported, or not: the same import again settles it",
        _ => "each row says why",
    };
    html! {
        tr {
            th scope="row" { "none" }
            td.number { (number(failure.rows)) }
            td {
                (why) "."
                small { (number(failure.rows)) " " (totals::name(failure.outcome)) }
            }
        }
    }
}
