//! The report as a web page: a single file that needs no other, to be read or printed.
//!
//! The page can be read without its script, which adds the search, further pages of rows, and local times. Texts of the
//! input and of the service may be hostile: maud escapes all of them, the script takes them for nothing but text, and
//! the page's Content-Security-Policy forbids other scripts and styles, and loading anything.

mod bar;
mod communities;
mod data;
mod failed_rows;
mod failures;
mod latency;
mod pace;
mod reasons;
mod text;
mod topics;
mod totals;

use std::io::Write;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use maud::{Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};
use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{
    Communities, Course, Journal as _, JournalError, OpenJournal, StoredRow, Summary,
};
use topic_import_bulk::report::{ReportError, ReportedRow};
use topic_import_bulk::request::Kind;

use self::data::Data;
use self::text::{count, moment, number, time};
use self::topics::FirstTopics;
use crate::show::reasons::{Reasons, Told};
use crate::show::text::one_line;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Of a run with more rows, the page has those that failed.
const MOST_ROWS_TO_HAVE_ALL: u64 = 100_000;
/// The placeholder for the rows as data, which are written after the page around them is made. No other text can contain
/// it, because all texts are escaped.
const PLACE: &str = "<!--rows-->";

/// What the page says of the whole run.
pub(crate) struct Page {
    summary: Summary,
    course: Course,
    communities: Communities,
}

/// What the page says of single rows.
struct Rows {
    /// The first of those that failed.
    first: Vec<Markup>,
    topics: FirstTopics,
    reasons: Reasons,
    failed: Data,
    there: Data,
}

impl Page {
    pub(crate) async fn of(journal: &OpenJournal) -> Result<Self, JournalError> {
        Ok(Self {
            summary: journal.summary().await?,
            course: journal.course().await?,
            communities: journal.communities(communities::MOST_LISTED).await?,
        })
    }

    /// The outcomes of the rows that the page has.
    pub(crate) const fn outcomes(&self) -> &'static [Outcome] {
        if self.summary.rows > MOST_ROWS_TO_HAVE_ALL {
            &Outcome::FAILED
        } else {
            &Outcome::ALL
        }
    }

    /// Writes the page about a journal with this name and these rows, of which only few are in memory at a time.
    pub(crate) fn write(
        &self,
        name: &str,
        rows: impl Iterator<Item = Result<StoredRow, JournalError>>,
        html: &mut impl Write,
    ) -> Result<(), ReportError> {
        let mut taken = Rows {
            first: Vec::new(),
            topics: FirstTopics::of(&self.communities),
            reasons: Reasons::default(),
            failed: Data::new("failed"),
            there: Data::new("there"),
        };
        for row in rows {
            taken.add(row?)?;
        }
        let told = std::mem::take(&mut taken.reasons).told();
        let page = self.around(name, &taken, &told).into_string();
        let (before, after) = page.split_once(PLACE).unwrap_or((&page, ""));
        write!(html, "{before}")?;
        taken.failed.write(html)?;
        taken.there.write(html)?;
        Ok(writeln!(html, "{after}")?)
    }

    /// The whole page, with a [`PLACE`] for the rows as data.
    fn around(&self, name: &str, rows: &Rows, told: &Told) -> Markup {
        let Self {
            summary,
            course,
            communities,
        } = self;
        let outcomes = self.outcomes();
        let mut sections = vec![
            (
                "totals",
                "Totals",
                html! { (totals::of_communities(summary)) (totals::tiles(summary)) },
            ),
            ("reasons", "Why rows failed", reasons::table(told)),
            ("pace", "Calls per second", pace::chart(course, summary)),
            ("latency", "Latency", latency::table(&course.latencies)),
            (
                "communities",
                "Communities",
                html! {
                    @if outcomes.len() < Outcome::ALL.len() {
                        p {
                            "This run has so many rows that only topics that failed are listed here: "
                            code { "topic-import report" } " with " code { "--rows map.csv" } " lists all."
                        }
                    }
                    (communities::table(communities, &rows.topics, outcomes))
                },
            ),
            (
                "failures",
                "Failures by code",
                failures::table(&course.failures),
            ),
            (
                "failed",
                "Failed rows",
                failed_rows::table(summary, &rows.first, &told.by_place()),
            ),
        ];
        sections.retain(|(_, _, content)| !content.0.is_empty());
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
                            "Written " (moment(now)) " by topic-import " (env!("CARGO_PKG_VERSION")) "."
                        }
                    }
                    (PreEscaped(PLACE))
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    }
}

impl Rows {
    fn add(&mut self, row: StoredRow) -> Result<(), ReportError> {
        let is_valid = row.request.is_some();
        let row = ReportedRow::try_from(row)?;
        if is_valid && row.kind == Kind::Topic {
            self.topics.add(&row);
        }
        if !Outcome::FAILED.contains(&row.outcome) {
            return Ok(self.there.add(&row, is_valid)?);
        }
        if self.first.len() < failed_rows::SHOWN_TOGETHER {
            self.first.push(failed_rows::row(&row));
        }
        let reason = self.reasons.add(&row);
        Ok(self.failed.add_failed(&row, is_valid, reason)?)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_that_are_there_are_in_the_page_of_a_run_that_is_not_too_large() {
        let mut page = Page {
            summary: Summary::not_begun(MOST_ROWS_TO_HAVE_ALL),
            course: Course::default(),
            communities: Communities::default(),
        };
        assert_eq!(page.outcomes(), Outcome::ALL);
        page.summary.rows += 1;
        assert_eq!(page.outcomes(), Outcome::FAILED);
        let mut html = Vec::new();
        page.write("x", std::iter::empty(), &mut html).unwrap();
        let html = String::from_utf8(html).unwrap();
        assert!(
            html.contains("only topics that failed are listed here"),
            "{html}"
        );
    }
}
