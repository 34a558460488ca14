//! `verify`: reads every topic back that is there by a run's journal, and compares.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use topic_import_bulk::journal::Journal as _;
use topic_import_bulk::sweep::{Finding, TopicFinding};
use topic_import_bulk::{JournalError, Live, Verification};
use topic_import_core::Difference;

use crate::cli::calls::SweepArguments;
use crate::cli::print::Output;
use crate::cli::verify::VerifyArguments;
use crate::command::sweep::{self, Target};
use crate::exit::{AtOnce, CannotStart, Exit};
use crate::open::journal::{self, Access, heeding};
use crate::show::explanation;
use crate::show::json::{self, JsonList, Member};
use crate::show::out;
use crate::show::progress::Progress;
use crate::show::text;

pub(crate) fn run(arguments: &VerifyArguments, at_once: &AtOnce) -> Result<Exit, CannotStart> {
    let arguments = &arguments.sweep;
    let target = Target::of(arguments, Access::Read, at_once)?;
    let mut findings = Findings::new(arguments.print.output);
    let ended = target
        .runtime
        .block_on(verify(&target, arguments, &mut findings));
    let mut end = match ended {
        Ok(end) => end,
        Err(error) => return journal::not_begun(&error, explanation::given_journal_error(&error)),
    };
    note(&end);
    let exit = exit(&end);
    if let Some(reason) = end.stopped.take() {
        sweep::note_stop(reason, "It begins anew.");
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
    let topics = before.imported + before.existing;
    let live = Arc::new(Live::default());
    let work = sweep::work(topics, "not as imported", arguments);
    let progress = Progress::start(&live, work, arguments.calls.quiet, target.at_once);
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

/// What was found, on its way to standard output.
enum Findings {
    /// Lines, printed as they come; or why one could not be.
    Text(Result<(), CannotStart>),
    /// An object, printed at the end.
    Json {
        missing: JsonList,
        differing: JsonList,
    },
}

impl Findings {
    fn new(output: Output) -> Self {
        match output {
            Output::Text => Self::Text(Ok(())),
            Output::Json => Self::Json {
                missing: JsonList::new(),
                differing: JsonList::new(),
            },
        }
    }

    fn take(&mut self, finding: &TopicFinding<'_>) {
        let TopicFinding {
            line,
            topic_id,
            finding,
            ..
        } = finding;
        let said = |what: &str| {
            let topic_id = text::one_line(topic_id.as_str());
            format!("line {line}: {topic_id}: {what}")
        };
        match (finding, self) {
            (Finding::Missing, Self::Json { missing, .. }) => missing.push(&topic_id.as_str()),
            (Finding::Missing, Self::Text(printed)) => print_line(printed, &said("missing")),
            (Finding::Differing(differences), Self::Json { differing, .. }) => {
                differing
                    .push(&json!({"TopicId": topic_id.as_str(), "fields": fields(differences)}));
            }
            (Finding::Differing(differences), Self::Text(printed)) => {
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

    /// Prints what is left to be printed.
    fn finish(self, end: &Verification) -> Result<(), CannotStart> {
        match self {
            Self::Text(printed) => printed.and_then(|()| out::line(&in_words(end))),
            Self::Json { missing, differing } => json::print_object([
                ("checked", Member::Number(end.checked)),
                ("equal", Member::Number(end.equal)),
                ("missing", Member::Array(missing.finish()?)),
                ("differing", Member::Array(differing.finish()?)),
            ]),
        }
    }
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

/// Says what was not checked.
fn note(end: &Verification) {
    for (field, topics) in &end.not_compared {
        let topics = text::count(*topics, "topic");
        out::note(&format!(
            "topic-import: {field} was not compared for {topics}: the service does not show it"
        ));
    }
    if end.unread > 0 {
        out::note(&format!(
            "topic-import: {} could not be checked.\nMend what stands in the way, then {}: it begins anew.",
            text::count(end.unread, "topic"),
            explanation::AGAIN
        ));
    }
    if end.not_there > 0 {
        let rows = text::count(end.not_there, "row");
        let [are, were] = if end.not_there == 1 {
            ["is", "was"]
        } else {
            ["are", "were"]
        };
        out::note(&format!(
            "{rows} {are} not there by the journal and {were} not checked: see report"
        ));
    }
}

fn in_words(end: &Verification) -> String {
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
    let counts = if counts.is_empty() {
        "nothing to compare".into()
    } else {
        counts.join(", ")
    };
    format!(
        "{} checked: {counts}; {} in {:.1} s",
        text::count(end.checked, "topic"),
        text::count(end.calls, "call"),
        end.seconds
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
