//! The rows that failed, to be looked through.

use std::io::{self, Write};

use topic_import_bulk::Summary;
use topic_import_bulk::report::ReportedRow;

use super::text::{Text, count, number};
use super::totals;
use crate::words;

/// More rows than this make a browser slow.
pub(super) const MOST_SHOWN: u64 = 10_000;

/// How many rows failed.
pub(super) const fn failed(summary: &Summary) -> u64 {
    summary.rejected + summary.conflict + summary.unknown + summary.held + summary.in_flight
}

pub(super) fn begin(summary: &Summary, html: &mut impl Write) -> io::Result<()> {
    let failed = failed(summary);
    if failed > MOST_SHOWN {
        writeln!(
            html,
            "<p><strong>Only the first {} of {} are here.</strong> All of them: \
             <code>topic-import report</code> with <code>--output json</code>, \
             or with <code>--failed mend.jsonl</code> as rows to be mended.</p>",
            number(MOST_SHOWN),
            count(failed, "row")
        )?;
    }
    writeln!(
        html,
        "<div class=\"search\" role=\"search\" hidden><label for=\"search\">Search the failed rows</label>\
         <input id=\"search\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" aria-describedby=\"hint found\">\
         <p class=\"quiet\" id=\"hint\">Words of a name, ID, line, code, outcome or message; a row must have all of them.</p>\
         <p id=\"found\" role=\"status\"></p></div>\
         <table class=\"failed\" id=\"failed-rows\"><caption>Rows whose topic is not there, or may not be</caption>\
         <thead><tr><th scope=\"col\" class=\"number\">Line</th><th scope=\"col\">Topic</th><th scope=\"col\">What happened</th></tr></thead><tbody>"
    )
}

pub(super) fn write(row: &ReportedRow, html: &mut impl Write) -> io::Result<()> {
    write!(
        html,
        "<tr><td class=\"number\">{}</td><th scope=\"row\">",
        row.line
    )?;
    match row.topic_name.as_deref().unwrap_or_default() {
        "" => write!(html, "(no name)")?,
        name => write!(html, "<bdi>{}</bdi>", Text(name))?,
    }
    // A TopicId names its group.
    if let Some(id) = row.topic_id.as_ref().or(row.group_id.as_ref()) {
        write!(html, "<small><bdi>{}</bdi></small>", Text(id))?;
    }
    let outcome = row.outcome;
    write!(
        html,
        "</th><td><b class=\"{}\">{}</b>",
        outcome.name(),
        totals::name(outcome)
    )?;
    let why = match row.cause.code {
        Some(code) => {
            write!(html, " <a href=\"#code{code}\">{code}</a>")?;
            Some(row.cause.words())
        }
        None => words::why_not_there(row),
    };
    if let Some(why) = why {
        write!(html, " <bdi>{}</bdi>", Text(&why))?;
    }
    writeln!(html, "</td></tr>")
}

pub(super) fn end(html: &mut impl Write) -> io::Result<()> {
    writeln!(html, "</tbody></table>")
}
