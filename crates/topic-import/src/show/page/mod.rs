//! The report as a web page: a single file that needs no other, to be read or printed.
//!
//! The page can be read without its script, which only adds the search. Texts of the input and of the service may be
//! hostile: maud escapes all of them, and the page's Content-Security-Policy forbids other scripts and styles, and
//! loading anything.

mod bar;
mod communities;
mod failed_rows;
mod failures;
mod latency;
mod pace;
mod text;
mod totals;

use std::io::Write;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use maud::{Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};
use topic_import_bulk::journal::{Communities, Course, Journal as _, Order, Pages as _};
use topic_import_bulk::report::{ReportError, ReportedRow};
use topic_import_bulk::{OpenJournal, Outcome, Summary};

use self::text::{count, moment, number, time};
use crate::show::text::one_line;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes the report about a journal with this name. Only one page of failed rows is in memory at a time.
pub(crate) async fn write(
    journal: &OpenJournal,
    name: &str,
    html: &mut impl Write,
) -> Result<(), ReportError> {
    let summary = journal.summary().await?;
    let course = journal.course().await?;
    let communities = journal.communities(communities::MOST_LISTED).await?;
    let page = page(name, &summary, &course, &communities).into_string();
    let Some((before, after)) = page.split_once(failed_rows::PLACE) else {
        return Ok(writeln!(html, "{page}")?);
    };
    writeln!(html, "{before}")?;
    write_failed_rows(journal, html).await?;
    Ok(writeln!(html, "{after}")?)
}

async fn write_failed_rows(
    journal: &OpenJournal,
    html: &mut impl Write,
) -> Result<(), ReportError> {
    let mut pages = journal.rows(&Outcome::FAILED, Order::Input).await?;
    let mut shown = 0;
    loop {
        let page = pages.next_page().await?;
        if page.is_empty() {
            return Ok(());
        }
        for row in page {
            if shown == failed_rows::MOST_SHOWN {
                return Ok(());
            }
            shown += 1;
            let row = failed_rows::row(&ReportedRow::try_from(row)?);
            writeln!(html, "{}", row.into_string())?;
        }
    }
}

/// The whole page, with a placeholder for the failed rows.
fn page(name: &str, summary: &Summary, course: &Course, communities: &Communities) -> Markup {
    let sections = [
        (
            "totals",
            "Totals",
            html! { (totals::of_communities(summary)) (totals::tiles(summary)) },
        ),
        ("pace", "Calls per second", pace::chart(course, summary)),
        ("latency", "Latency", latency::table(&course.latencies)),
        (
            "communities",
            "Communities",
            communities::table(communities),
        ),
        (
            "failures",
            "Failures by code",
            failures::table(&course.failures),
        ),
        ("failed", "Failed rows", failed_rows::table(summary)),
    ];
    let now = jiff::Timestamp::now().as_millisecond();
    html! {
        (PreEscaped("<!doctype html>\n"))
        html lang="en" {
            (head(name))
            body {
                a.skip href="#main" { "Skip to the report" }
                header { h1 { (headline(summary)) } (facts(course, summary)) }
                nav aria-label="Sections" {
                    ul {
                        @for (id, title, _) in &sections { li { a href={ "#" (id) } { (title) } } }
                    }
                }
                main #main tabindex="-1" {
                    @for (id, title, content) in &sections {
                        section aria-labelledby=(id) { h2 id=(id) { (title) } (content) }
                    }
                }
                footer {
                    p.quiet {
                        "Written " (moment(now)) " by topic-import " (env!("CARGO_PKG_VERSION")) ". Times are UTC."
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn head(name: &str) -> Markup {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { "Import report: " (one_line(name)) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

fn headline(summary: &Summary) -> String {
    let there = summary.imported + summary.existing;
    if summary.is_complete() {
        match summary.rows {
            0 => "No topics to import".to_owned(),
            1 => "The topic is there".to_owned(),
            rows => format!("All {} topics are there", number(rows)),
        }
    } else {
        let topics = format!(
            "{} of {} there",
            number(there),
            count(summary.rows, "topic")
        );
        if summary.communities.are_complete() {
            topics
        } else {
            format!("{topics}, and not every community")
        }
    }
}

fn facts(course: &Course, summary: &Summary) -> Markup {
    let invocations = &course.invocations;
    html! {
        p {
            "SDKAppID " (one_line(&course.sdk_app_id)) " at " bdi { (one_line(&course.origin)) } "."
            @if let (Some(first), Some(last)) = (invocations.first(), invocations.last()) {
                " Started " (moment(first.began_at)) ", last active " (moment(last.at))
                @if invocations.len() > 1 { ", in " (invocations.len()) " invocations" }
                ": " (count(summary.calls, "call")) " in " (time(summary.seconds)) "."
            }
        }
    }
}
