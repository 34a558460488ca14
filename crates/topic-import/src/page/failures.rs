//! Why rows failed, how many for each reason, and what to do.

use std::io::{self, Write};

use topic_import_bulk::Outcome;
use topic_import_bulk::journal::FailureCount;
use topic_import_core::Code;

use super::text::number;
use super::totals;

pub(super) fn write(failures: &[FailureCount], html: &mut impl Write) -> io::Result<()> {
    if failures.is_empty() {
        return writeln!(html, "<p>No row failed.</p>");
    }
    writeln!(
        html,
        "<table class=\"codes\"><caption>What kept rows from being imported, most frequent first</caption>\
         <thead><tr><th scope=\"col\">Code</th><th scope=\"col\" class=\"number\">Rows</th>\
         <th scope=\"col\">What it means, and what to do</th></tr></thead><tbody>"
    )?;
    let mut written: Vec<Code> = Vec::new();
    for failure in failures {
        let Some(code) = failure.code else {
            write_without_code(failure, html)?;
            continue;
        };
        if written.contains(&code) {
            continue;
        }
        written.push(code);
        let same = failures.iter().filter(|other| other.code == Some(code));
        let outcomes: Vec<String> = same
            .clone()
            .map(|same| format!("{} {}", number(same.rows), totals::name(same.outcome)))
            .collect();
        writeln!(
            html,
            "<tr id=\"code{0}\"><th scope=\"row\">{0}</th><td class=\"number\">{1}</td>\
             <td>{2}: {3}.<small>{4}</small></td></tr>",
            code.get(),
            number(same.map(|same| same.rows).sum()),
            code.meaning(),
            code.remedy(),
            outcomes.join(", ")
        )?;
    }
    writeln!(html, "</tbody></table>")
}

fn write_without_code(failure: &FailureCount, html: &mut impl Write) -> io::Result<()> {
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
    writeln!(
        html,
        "<tr><th scope=\"row\">none</th><td class=\"number\">{}</td><td>{why}.<small>{1} {2}</small></td></tr>",
        number(failure.rows),
        number(failure.rows),
        totals::name(failure.outcome)
    )
}
