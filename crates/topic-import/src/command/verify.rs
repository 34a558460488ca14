//! `verify`: reads every topic and every community back that is there by a run's journal, and compares.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use topic_import_bulk::Outcome;
use topic_import_bulk::calls::WorkProgress;
use topic_import_bulk::journal::{Journal as _, JournalError};
use topic_import_bulk::request::Kind;
use topic_import_bulk::sweep::{Compared, Finding, RowFinding, Verification};
use topic_import_core::{Code, Difference};

use crate::cli::calls::SweepArguments;
use crate::cli::print::Output;
use crate::cli::verify::VerifyArguments;
use crate::command::sweep::{self, Target};
use crate::exit::{CannotStart, Exit};
use crate::interrupt::Interrupts;
use crate::open::journal::{self, Access, heeding};
use crate::show::explanation;
use crate::show::first_of_each::FirstOfEach;
use crate::show::json::{self, JsonList, Member};
use crate::show::out;
use crate::show::progress::Progress;
use crate::show::text;
use crate::show::time;

pub(crate) fn run(
    arguments: &VerifyArguments,
    interrupts: &Interrupts,
) -> Result<Exit, CannotStart> {
    let arguments = &arguments.sweep;
    let target = Target::of(arguments, Access::Read, interrupts)?;
    let mut findings = Findings::new(arguments.print.output);
    let ended = target
        .runtime
        .block_on(verify(&target, arguments, &mut findings));
    let mut end = match ended {
        Ok(end) => end,
        Err(error) => return journal::not_begun(&error, explanation::given_journal_error(&error)),
    };
    findings.note_untold();
    note(&end, &target.journal_in_a_command);
    let exit = exit(&end);
    if let Some(reason) = end.stopped.take() {
        sweep::note_stop(reason, interrupts, "It will start over.");
    }
    Ok(match findings.finish(&end) {
        Ok(()) => exit,
        Err(error) => sweep::unprinted(&error, exit),
    })
}

async fn verify(
    target: &Target<'_>,
    arguments: &SweepArguments,
    findings: &mut Findings,
) -> Result<Verification, JournalError> {
    let journal = &target.journal;
    let before = heeding(journal, journal.summary()).await?;
    let communities = &before.communities;
    let communities = communities.of(Outcome::Imported) + communities.of(Outcome::Existing);
    let topics = before.imported + before.existing;
    let live = Arc::new(WorkProgress::default());
    let work = sweep::comparing(communities + topics, arguments);
    let progress = Progress::start(&live, work, arguments.calls.quiet, target.interrupts);
    topic_import_bulk::sweep::verify(
        &target.connection.client,
        &target.journal,
        &target.settings,
        &live,
        progress.stop(),
        |finding| progress.suspend(|| findings.take(finding)),
    )
    .await
}

/// What was found. The first of what could not be checked are told on standard error.
struct Findings {
    unchecked: FirstOfEach<(Kind, Option<Code>)>,
    printed: Printed,
}

/// The findings, to be printed on standard output.
enum Printed {
    /// Lines that are printed at once, the first of each kind. After an error in printing, no more are printed.
    Text(Result<(), CannotStart>, FirstOfEach<(Kind, What)>),
    /// An object, printed at the end: of topics, and of communities.
    Json(Box<[Lists; 2]>),
}

/// What is wrong with a topic or a community.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum What {
    Missing,
    Differing,
}

struct Lists {
    missing: JsonList,
    differing: JsonList,
}

impl Lists {
    fn new() -> Self {
        Self {
            missing: JsonList::new(),
            differing: JsonList::new(),
        }
    }

    fn members(self, end: &Compared) -> Result<Vec<(&'static str, Member)>, CannotStart> {
        Ok(vec![
            ("checked", Member::Number(end.checked)),
            ("equal", Member::Number(end.equal)),
            ("missing", Member::Array(self.missing.finish()?)),
            ("differing", Member::Array(self.differing.finish()?)),
            ("not_checked", Member::Object(not_checked(end))),
        ])
    }
}

impl Findings {
    fn new(output: Output) -> Self {
        Self {
            unchecked: FirstOfEach::default(),
            printed: match output {
                Output::Text => Printed::Text(Ok(()), FirstOfEach::default()),
                Output::Json => Printed::Json(Box::new([Lists::new(), Lists::new()])),
            },
        }
    }

    fn take(&mut self, finding: &RowFinding<'_>) {
        let RowFinding {
            place: stands,
            id,
            finding,
            ..
        } = finding;
        let kind = id.kind();
        let (place, name, id) = match kind {
            Kind::Topic => (0, "TopicId", id.as_str()),
            Kind::Community => (1, "GroupId", id.as_str()),
        };
        if !self.is_told(kind, finding) {
            return;
        }
        let said = |what: &str| {
            let of = sweep::line_of(kind, stands);
            format!("{of}: {}: {what}", text::one_line(id))
        };
        match (finding, &mut self.printed) {
            (Finding::Missing, Printed::Json(lists)) => lists[place].missing.push(&id),
            (Finding::Missing, Printed::Text(printed, _)) => {
                print_line(printed, &said("missing"));
            }
            (Finding::Differing(differences), Printed::Json(lists)) => {
                lists[place]
                    .differing
                    .push(&json!({name: id, "fields": fields(differences)}));
            }
            (Finding::Differing(differences), Printed::Text(printed, _)) => {
                let differences: Vec<String> =
                    differences.iter().map(ToString::to_string).collect();
                print_line(printed, &said(&differences.join(", ")));
            }
            (Finding::Unread(error), _) => {
                let why = explanation::list_error(error);
                out::note(&said(&format!("not checked: {why}")));
            }
            (Finding::NotShown, _) => {
                out::note(&said("not checked: the service does not show its fields"));
            }
            _ => {}
        }
    }

    /// Whether this is among the first of its kind; as JSON, everything is.
    fn is_told(&mut self, kind: Kind, finding: &Finding<'_>) -> bool {
        match (finding, &mut self.printed) {
            (Finding::Missing, Printed::Text(_, told)) => told.take((kind, What::Missing)),
            (Finding::Differing(_), Printed::Text(_, told)) => told.take((kind, What::Differing)),
            (Finding::Unread(error), _) => self.unchecked.take((kind, error.code())),
            (Finding::NotShown, _) => self.unchecked.take((kind, None)),
            _ => true,
        }
    }

    /// Says how many could not be checked beside those that were told.
    fn note_untold(&self) {
        let more = self.unchecked.untold();
        if more > 0 {
            let more = text::number(more);
            out::note(&format!(
                "… and {more} more not checked, for the same reasons"
            ));
        }
    }

    /// Prints the totals and, as JSON, the findings.
    fn finish(self, end: &Verification) -> Result<(), CannotStart> {
        match self.printed {
            Printed::Text(printed, told) => {
                printed?;
                let more = told.untold();
                if more > 0 {
                    let more = text::number(more);
                    out::line(&format!(
                        "… and {more} more missing or differing: --output json lists all"
                    ))?;
                }
                if has_communities(end) {
                    let checked = text::communities(end.communities.checked);
                    let counts = counts(&end.communities);
                    out::line(&format!("{checked} checked: {counts}"))?;
                }
                out::line(&in_words(end))
            }
            Printed::Json(lists) => {
                let [topics, communities] = *lists;
                let mut members = topics.members(&end.topics)?;
                if has_communities(end) {
                    let communities = communities.members(&end.communities)?;
                    members.push(("communities", Member::Object(communities)));
                }
                json::print_object(members)
            }
        }
    }
}

/// How many were not checked, by what the journal says of them, or because the service did not show them (`unread`).
fn not_checked(end: &Compared) -> Vec<(&'static str, Member)> {
    let unread = Some(("unread", end.unread)).filter(|(_, rows)| *rows > 0);
    let not_there = end.not_there.iter();
    let not_there = not_there.map(|(outcome, rows)| (outcome.name(), *rows));
    let counts = unread.into_iter().chain(not_there);
    counts
        .map(|(why, rows)| (why, Member::Number(rows)))
        .collect()
}

fn print_line(printed: &mut Result<(), CannotStart>, line: &str) {
    if printed.is_ok() {
        *printed = out::line(line);
    }
}

fn fields(differences: &[Difference]) -> Value {
    let fields: Map<String, Value> = differences
        .iter()
        .map(|difference| {
            let Difference { wanted, found, .. } = difference;
            let both = json!({"wanted": wanted, "found": found});
            (difference.field.to_string(), both)
        })
        .collect();
    Value::Object(fields)
}

/// Prints what was not checked, and why.
fn note(end: &Verification, journal: &str) {
    note_compared(&end.communities, text::communities);
    note_compared(&end.topics, |count| text::count(count, "topic"));
    note_not_there(&end.communities, text::communities, journal);
    note_not_there(&end.topics, |count| text::count(count, "row"), journal);
}

/// Whether the run has communities of its own.
fn has_communities(end: &Verification) -> bool {
    let Compared {
        checked,
        unread,
        not_there,
        ..
    } = &end.communities;
    *checked + *unread > 0 || !not_there.is_empty()
}

/// Says what the service did not show of topics or of communities.
fn note_compared(end: &Compared, things: fn(u64) -> String) {
    for (field, count) in &end.not_compared {
        let things = things(*count);
        out::note(&format!(
            "topic-import: {field} was not compared for {things}: the service does not show it"
        ));
    }
    if end.unread > 0 {
        out::note(&format!(
            "topic-import: {} could not be checked.\nSolve the problem above, then {}: it will start over.",
            things(end.unread),
            explanation::AGAIN
        ));
    }
}

/// Says which rows were not checked because nothing is there by the journal, or nobody knows whether anything is.
fn note_not_there(end: &Compared, rows: fn(u64) -> String, journal: &str) {
    let all = end.not_there.iter().map(|(_, rows)| rows).sum();
    if all == 0 {
        return;
    }
    let counts: Vec<String> = end
        .not_there
        .iter()
        .map(|(outcome, rows)| match outcome {
            Outcome::InFlight => format!("{rows} in flight, which may be there"),
            Outcome::Unknown => format!("{rows} unknown, which may be there"),
            outcome => format!("{rows} {}", outcome.name()),
        })
        .collect();
    out::note(&format!(
        "topic-import: {} not checked, because of their outcome in the journal: {}. For details: topic-import report {journal}",
        rows(all),
        counts.join(", ")
    ));
    let in_flight = end.not_there.iter();
    let in_flight = in_flight.filter(|(outcome, _)| *outcome == Outcome::InFlight);
    let in_flight: u64 = in_flight.map(|(_, rows)| rows).sum();
    if in_flight > 0 {
        out::note(&format!(
            "Run the import again to settle {} in flight, unless it is still running, and then verify again.",
            rows(in_flight)
        ));
    }
}

fn counts(end: &Compared) -> String {
    let counts = [
        (end.equal, "equal"),
        (end.missing, "missing"),
        (end.differing, "differing"),
    ];
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if counts.is_empty() {
        "nothing to compare".into()
    } else {
        counts.join(", ")
    }
}

fn in_words(end: &Verification) -> String {
    let counts = counts(&end.topics);
    format!(
        "{} checked: {counts}; {} in {}",
        text::count(end.topics.checked, "topic"),
        text::count(end.calls, "call"),
        time::seconds(end.seconds)
    )
}

fn exit(end: &Verification) -> Exit {
    match &end.stopped {
        Some(reason) => sweep::exit(reason, end.may_have_sent),
        None if !end.is_whole() => Exit::Stopped,
        None if !end.is_all_equal() => Exit::Incomplete,
        None => Exit::Done,
    }
}
