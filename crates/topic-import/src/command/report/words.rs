//! The report as text: the totals, what each code means, and the failed rows by community and reason.

use std::io::{self, Write};

use topic_import_bulk::journal::{JournalError, Summary};
use topic_import_bulk::report::{ReportError, ReportedRow};
use topic_import_bulk::request::Kind;
use topic_import_core::Code;

use crate::show::explanation::Explanation;
use crate::show::reasons::{Alike, Reasons, shortened};
use crate::show::text;

pub(super) fn print(
    summary: &Summary,
    failed: impl Iterator<Item = Result<ReportedRow, JournalError>>,
    stdout: &mut impl Write,
) -> Result<(), ReportError> {
    let mut reasons = Reasons::default();
    for row in failed {
        reasons.add(&row?);
    }
    print_totals(summary, stdout)?;
    print_codes(summary, stdout)?;
    Ok(print_reasons(reasons, stdout)?)
}

/// Prints how many rows have which outcome, and how fast the calls were made.
fn print_totals(summary: &Summary, stdout: &mut impl Write) -> io::Result<()> {
    let rows = text::count(summary.rows, "row");
    let counts = text::counts(summary);
    if let Some(communities) = text::community_counts(summary) {
        writeln!(stdout, "{communities}")?;
    }
    writeln!(stdout, "{rows}: {counts}")?;
    let seconds = summary.seconds;
    write!(stdout, "{}", text::calls(summary))?;
    if seconds > 0.0 {
        let topics = summary.imported + summary.existing + summary.destroyed;
        let [calls, topics] = [summary.calls, topics].map(|count| a_second(count, seconds));
        write!(stdout, ": {calls:.1} calls and {topics:.1} topics a second")?;
    }
    writeln!(stdout)?;
    match text::throttled(summary) {
        Some(throttled) => writeln!(stdout, "{throttled}"),
        None => Ok(()),
    }
}

#[allow(clippy::cast_precision_loss, reason = "it is shown with one decimal")]
fn a_second(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}

fn print_codes(summary: &Summary, stdout: &mut impl Write) -> io::Result<()> {
    let of_communities = &summary.communities.by_code;
    if !summary.by_code.is_empty() || !of_communities.is_empty() {
        writeln!(stdout)?;
    }
    for (code, communities) in of_communities {
        let communities = text::communities(*communities);
        print_code(Kind::Community, *code, &communities, stdout)?;
    }
    for (code, rows) in &summary.by_code {
        print_code(Kind::Topic, *code, &text::count(*rows, "row"), stdout)?;
    }
    Ok(())
}

fn print_code(kind: Kind, code: Code, rows: &str, stdout: &mut impl Write) -> io::Result<()> {
    let Explanation { what, remedy, .. } = Explanation::of_code(kind, code);
    writeln!(stdout, "{:<6} {what}: {rows}", code.get())?;
    writeln!(stdout, "       {}", remedy.unwrap_or_default())
}

fn print_reasons(reasons: Reasons, stdout: &mut impl Write) -> io::Result<()> {
    let told = reasons.told();
    if !told.groups.is_empty() {
        writeln!(stdout)?;
    }
    for group in &told.groups {
        if group.rows == 1 {
            writeln!(stdout, "{}", in_words(&group.first))?;
        } else {
            print_group(group, stdout)?;
        }
    }
    if told.other_rows > 0 {
        writeln!(
            stdout,
            "{} not listed, which failed for other reasons: --rows FILE writes every row, --failed FILE those to be corrected",
            text::count(told.other_rows, "row")
        )?;
    }
    Ok(())
}

fn print_group(group: &Alike, stdout: &mut impl Write) -> io::Result<()> {
    let rows = group.rows_in_words();
    let why = why(&group.first);
    if group.have_same_words {
        writeln!(stdout, "{rows}: {why}")?;
    } else {
        writeln!(stdout, "{rows}, for example the first: {why}")?;
    }
    writeln!(stdout, "       {}", group.first_in_words())
}

/// One line about a row whose topic is not there.
fn in_words(row: &ReportedRow) -> String {
    let kind = match row.kind {
        Kind::Community => "community, ",
        Kind::Topic => "",
    };
    let name = match shortened(row.called().unwrap_or_default()) {
        name if name.is_empty() => name,
        name => format!("{name}: "),
    };
    format!("{kind}{}: {name}{}", text::place(&row.place), why(row))
}

/// A row's outcome, why, and what to do.
fn why(row: &ReportedRow) -> String {
    let outcome = row.outcome.name();
    let why = Explanation::of_row(row);
    // An explanation with a code begins with it.
    let is_said = why.as_ref().is_some_and(|why| why.code.is_some());
    let code = match row.cause.code.filter(|_| !is_said) {
        Some(code) => format!(": {code}"),
        None => String::new(),
    };
    match why {
        Some(why) => format!("{outcome}{code}: {why}"),
        None => format!("{outcome}{code}"),
    }
}
