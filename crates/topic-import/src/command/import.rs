//! `import`: checks an input as a whole and imports it.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use topic_import_async::Client;
use topic_import_bulk::{
    BlockedGroup, CheckReport, Identity, Input, Journal as _, JournalError, Live, Outcome,
    RowFailure, RunEnd, RunSettings, SqliteJournal, StopReason, Summary,
};
use topic_import_emulator::Emulator;

use crate::arguments::{ImportArguments, Output};
use crate::command::{check, plan};
use crate::connection::{self, Connection};
use crate::exit::{CannotStart, Exit};
use crate::journal::{self, Place};
use crate::output;
use crate::progress::{Progress, Work};
use crate::reading;
use crate::secret;
use crate::words::{self, AGAIN};

pub(crate) fn run(arguments: &ImportArguments) -> Result<Exit, CannotStart> {
    secret::refuse_in_arguments(&arguments.calls.connection)?;
    if arguments.dry_run {
        return plan::run(arguments);
    }
    let rate = arguments.calls.quota();
    let target = Target::of(arguments, rate)?;
    let input = check::input(&arguments.input)?;
    let place = Place::of(arguments, &input)?;
    let Some(journal) = journal(&place.path(), &input, &target.connection.target, arguments)?
    else {
        return Ok(Exit::CouldNotStart);
    };
    // One thread carries a hundred times the quota; a second one would only be woken, and keep memory of its own.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CannotStart::new(format!("cannot start: {error}")))?;
    let end = runtime.block_on(import(&target.connection.client, &journal, arguments, rate))?;
    match (report(&end, arguments), exit(&end)) {
        (Err(error), Exit::Done) => {
            output::note(&format!("topic-import: every topic is there, but {error}"));
            Ok(Exit::Incomplete)
        }
        (Err(error), exit) => {
            output::note(&format!("topic-import: {error}"));
            Ok(exit)
        }
        (Ok(()), exit) => Ok(exit),
    }
}

/// Where the topics go; an embedded emulator runs for as long as this is kept.
struct Target {
    connection: Connection,
    _emulator: Option<Emulator>,
}

impl Target {
    fn of(arguments: &ImportArguments, rate: Option<NonZeroU32>) -> Result<Self, CannotStart> {
        if !arguments.emulator {
            return Ok(Self {
                connection: connection::to_service(&arguments.calls.connection, rate)?,
                _emulator: None,
            });
        }
        let emulator = Emulator::builder()
            .quota(rate.map(NonZeroU32::get))
            .start()
            .map_err(|error| CannotStart::new(words::chain(&error)))?;
        Ok(Self {
            connection: connection::to_emulator(&emulator, &arguments.calls.connection, rate)?,
            _emulator: Some(emulator),
        })
    }
}

/// The run that is kept there already, or a new one of an input that may begin.
fn journal(
    path: &Path,
    input: &Input,
    target: &Identity,
    arguments: &ImportArguments,
) -> Result<Option<SqliteJournal>, CannotStart> {
    if let Some(journal) = journal::resume(path, input, target, arguments)? {
        if !arguments.calls.quiet {
            output::note(&format!("going on with {}", path.display()));
        }
        return Ok(Some(journal));
    }
    let checked = check::check(input, &arguments.input)?;
    if !may_begin(&checked, arguments)? {
        return Ok(None);
    }
    journal::begin(path, input, &checked, target, arguments).map(Some)
}

/// Bad rows stop everything before it begins, unless they are to be skipped; a bad header does so always.
fn may_begin(checked: &CheckReport, arguments: &ImportArguments) -> Result<bool, CannotStart> {
    for line in check::problem_lines(checked, &arguments.input) {
        output::note(&line);
    }
    if let Some(reason) = hindrance(checked, arguments) {
        output::note(&reason);
        if arguments.output == Output::Json {
            output::json(&Summary::not_begun(checked.rows))?;
        }
        return Ok(false);
    }
    Ok(true)
}

/// Why an input that was checked may not be imported, and what to do.
pub(crate) fn hindrance(checked: &CheckReport, arguments: &ImportArguments) -> Option<String> {
    let CheckReport { rows, invalid, .. } = checked;
    if checked.header_is_bad {
        let what = if reading::has_header(&arguments.input) {
            "the header is invalid; nothing was sent.\nMend it: every row depends on it."
        } else {
            "the input cannot be relied on; nothing was sent.\nMend what is said above: every row depends on it."
        };
        return Some(format!("topic-import: {what}"));
    }
    (checked.problems_total > 0 && !arguments.skip_invalid).then(|| {
        let remedy = if reading::could_be_fitted(&arguments.input, checked) {
            "Mend the input, shorten what is too long with --fit, or import the sound rows alone with --skip-invalid."
        } else {
            "Mend the input, or import the sound rows alone with --skip-invalid."
        };
        format!(
            "topic-import: {invalid} of {} invalid; nothing was sent.\n{remedy}",
            words::count(*rows, "row")
        )
    })
}

async fn import(
    client: &Client,
    journal: &SqliteJournal,
    arguments: &ImportArguments,
    rate: Option<NonZeroU32>,
) -> Result<RunEnd, CannotStart> {
    let mut settings = RunSettings::default();
    settings.rate = rate;
    settings.concurrency = arguments.concurrency;
    settings.give_up_after = arguments.calls.give_up_after;
    settings.retry.clone_from(&arguments.retry);

    let cannot_use = |error: JournalError| journal::cannot_use(&error);
    let before = journal.summary().await.map_err(cannot_use)?;
    let live = Arc::new(Live::default());
    let progress = Progress::start(&live, work(&before, arguments), arguments.calls.quiet);
    let file = check::name(&arguments.input);
    let report = |failure: &RowFailure| progress.print(&failure_line(&file, failure));
    topic_import_bulk::run(client, journal, &settings, &live, progress.stop(), report)
        .await
        .map_err(cannot_use)
}

/// What there is for this invocation to do.
fn work(before: &Summary, arguments: &ImportArguments) -> Work {
    let is_taken_up = |outcome: &Outcome| match outcome {
        Outcome::Pending | Outcome::Held => true,
        outcome => arguments.retry.contains(outcome),
    };
    let counts = before.counts().into_iter();
    let done = counts.filter(|(outcome, _)| !is_taken_up(outcome));
    Work {
        things: "rows",
        total: before.rows,
        done_before: done.map(|(_, rows)| rows).sum(),
        failed: "failed",
        quota: arguments.calls.quota(),
        is_verbose: arguments.calls.verbose,
    }
}

fn failure_line(file: &str, failure: &RowFailure) -> String {
    let RowFailure {
        line,
        topic,
        outcome,
        error,
        ..
    } = failure;
    let name = topic.topic_name.as_str().escape_debug();
    format!(
        "{file}:{line}: {name}: {}: {}",
        outcome.name(),
        words::row_error(error)
    )
}

fn report(end: &RunEnd, arguments: &ImportArguments) -> Result<(), CannotStart> {
    for BlockedGroup { group_id, rows, .. } in &end.blocked_groups {
        if *rows > 0 {
            let rows = words::count(*rows, "further row");
            output::note(&format!("{group_id}: {rows} held without a call"));
        }
    }
    if let Some(reason) = &end.stopped {
        output::note(&stop_words(reason));
    }
    match arguments.output {
        Output::Json => output::json(&end.summary),
        Output::Text => print(&end.summary),
    }
}

fn stop_words(reason: &StopReason) -> String {
    match reason {
        StopReason::Spoiled(failure) => format!(
            "topic-import: stopped: {}",
            words::stopped_by(&failure.error)
        ),
        StopReason::GaveUp(failure) => format!(
            "topic-import: gave up: {}",
            words::stopped_by(&failure.error)
        ),
        StopReason::Interrupted => {
            format!("topic-import: stopped as asked.\nTo go on, {AGAIN}.")
        }
        StopReason::Journal(error) => format!(
            "topic-import: stopped: {} Then {AGAIN}.",
            words::journal_error(error)
        ),
        _ => "topic-import: stopped".into(),
    }
}

fn print(summary: &Summary) -> Result<(), CannotStart> {
    let Summary {
        rows,
        calls,
        seconds,
        ..
    } = summary;
    let counts = words::counts(summary);
    output::line(&format!(
        "{}: {counts}; {} in {seconds:.1} s",
        words::count(*rows, "row"),
        words::count(*calls, "call"),
    ))
}

fn exit(end: &RunEnd) -> Exit {
    match &end.stopped {
        None if end.summary.is_complete() => Exit::Done,
        None => Exit::Incomplete,
        Some(StopReason::Interrupted) => Exit::Stopped,
        Some(_) if end.may_have_sent => Exit::Stopped,
        Some(_) => Exit::CouldNotStart,
    }
}
