//! A report as a page: one file that needs nothing else, for a browser or for paper.
//!
//! All of it can be read without a script; the script only searches. Texts of the input and of the service are hostile:
//! they pass through [`text::Text`], and the page's policy lets no other script or style work, and nothing be fetched.

mod bar;
mod communities;
mod failed_rows;
mod failures;
mod latency;
mod pace;
mod text;
mod totals;

use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};
use topic_import_bulk::journal::{Communities, Course, Journal as _, Order, Pages as _};
use topic_import_bulk::report::{ReportError, ReportedRow};
use topic_import_bulk::{OpenJournal, Outcome, Summary};

use self::text::{Text, count, moment, number, time};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes the report on a journal of this name. Failed rows are in memory a page at a time.
pub(crate) async fn write(
    journal: &OpenJournal,
    name: &str,
    html: &mut impl Write,
) -> Result<(), ReportError> {
    let summary = journal.summary().await?;
    let course = journal.course().await?;
    let communities = journal.communities(communities::MOST_LISTED).await?;
    write_head(name, html)?;
    write_figures(&summary, &course, &communities, html)?;
    write_failed_rows(journal, &summary, html).await?;
    Ok(write_foot(html)?)
}

fn write_head(name: &str, html: &mut impl Write) -> io::Result<()> {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    writeln!(
        html,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; \
         script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Import report: {}</title>\n<style>{STYLE}</style>\n</head>",
        hash(STYLE),
        hash(SCRIPT),
        Text(name)
    )
}

fn write_figures(
    summary: &Summary,
    course: &Course,
    communities: &Communities,
    html: &mut impl Write,
) -> io::Result<()> {
    writeln!(
        html,
        "<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n<header>\n<h1>{}</h1>",
        headline(summary)
    )?;
    write_facts(course, summary, html)?;
    writeln!(html, "</header>\n<nav aria-label=\"Sections\"><ul>")?;
    for (id, title) in SECTIONS {
        writeln!(html, "<li><a href=\"#{id}\">{title}</a></li>")?;
    }
    writeln!(html, "</ul></nav>\n<main id=\"main\" tabindex=\"-1\">")?;
    for (place, (id, title)) in SECTIONS.into_iter().enumerate() {
        let end = if place == 0 { "" } else { "</section>\n" };
        writeln!(
            html,
            "{end}<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}</h2>"
        )?;
        match id {
            "totals" => totals::write(summary, html)?,
            "pace" => pace::write(course, html)?,
            "latency" => latency::write(&course.latencies, html)?,
            "communities" => communities::write(communities, html)?,
            "failures" => failures::write(&course.failures, html)?,
            _ => {}
        }
    }
    Ok(())
}

/// The ids and titles of what the page has; the failed rows are last.
const SECTIONS: [(&str, &str); 6] = [
    ("totals", "Totals"),
    ("pace", "Calls per second"),
    ("latency", "Latency"),
    ("communities", "Communities"),
    ("failures", "Failures by code"),
    ("failed", "Failed rows"),
];

fn headline(summary: &Summary) -> String {
    let there = summary.imported + summary.existing;
    if summary.is_complete() {
        match summary.rows {
            0 => "No topics to import".to_owned(),
            1 => "The topic is there".to_owned(),
            rows => format!("All {} topics are there", number(rows)),
        }
    } else {
        format!(
            "{} of {} there",
            number(there),
            count(summary.rows, "topic")
        )
    }
}

fn write_facts(course: &Course, summary: &Summary, html: &mut impl Write) -> io::Result<()> {
    writeln!(
        html,
        "<p>SDKAppID {} at <bdi>{}</bdi>.",
        Text(&course.sdk_app_id),
        Text(&course.origin)
    )?;
    let invocations = &course.invocations;
    if let (Some(first), Some(last)) = (invocations.first(), invocations.last()) {
        let taken_up = match invocations.len() {
            1 => String::new(),
            times => format!(", in {times} invocations"),
        };
        writeln!(
            html,
            "Begun {}, last sign of life {}{taken_up}: {} in {}.",
            moment(first.began_at),
            moment(last.at),
            count(summary.calls, "call"),
            time(summary.seconds)
        )?;
    }
    writeln!(html, "</p>")
}

async fn write_failed_rows(
    journal: &OpenJournal,
    summary: &Summary,
    html: &mut impl Write,
) -> Result<(), ReportError> {
    if failed_rows::failed(summary) == 0 {
        return Ok(writeln!(html, "<p>No row failed.</p>\n</section>")?);
    }
    failed_rows::begin(summary, html)?;
    let mut pages = journal.rows(&Outcome::FAILED, Order::Input).await?;
    let mut shown = 0;
    'pages: loop {
        let page = pages.next_page().await?;
        if page.is_empty() {
            break;
        }
        for row in page {
            if shown == failed_rows::MOST_SHOWN {
                break 'pages;
            }
            shown += 1;
            failed_rows::write(&ReportedRow::try_from(row)?, html)?;
        }
    }
    failed_rows::end(html)?;
    Ok(writeln!(html, "</section>")?)
}

fn write_foot(html: &mut impl Write) -> io::Result<()> {
    let now = jiff::Timestamp::now().as_millisecond();
    writeln!(
        html,
        "</main>\n<footer><p class=\"quiet\">Written {} by topic-import {}. Times are UTC.</p></footer>\n\
         <script>{SCRIPT}</script>\n</body>\n</html>",
        moment(now),
        env!("CARGO_PKG_VERSION")
    )
}
