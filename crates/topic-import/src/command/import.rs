//! `import`: checks an input as a whole and imports it.

use std::num::NonZeroU32;
use std::sync::Arc;

use topic_import_async::Client;
use topic_import_bulk::{
    BlockedGroup, CheckReport, Input, Live, RowFailure, RunEnd, RunSettings, StopReason, Summary,
    TopicIds,
};
use topic_import_emulator::Emulator;

use crate::arguments::{ImportArguments, Output};
use crate::command::check;
use crate::connection;
use crate::exit::{CannotStart, Exit};
use crate::interrupt;
use crate::output;
use crate::progress::Progress;
use crate::secret;
use crate::words;

pub(crate) fn run(arguments: &ImportArguments) -> Result<Exit, CannotStart> {
    secret::refuse_in_arguments(&arguments.connection)?;
    let rate = NonZeroU32::new(arguments.rate);
    let target = Target::of(arguments, rate)?;
    let input = check::input(&arguments.input)?;
    let checked = check::check(&input)?;
    if !may_begin(&checked, arguments)? {
        return Ok(Exit::CouldNotStart);
    }
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| CannotStart::new(format!("cannot start: {error}")))?;
    let end = runtime.block_on(import(&target.client, &input, &checked, arguments, rate))?;
    match (
        report(&end, again(&end, &checked, arguments), arguments),
        exit(&end),
    ) {
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
    client: Client,
    _emulator: Option<Emulator>,
}

impl Target {
    fn of(arguments: &ImportArguments, rate: Option<NonZeroU32>) -> Result<Self, CannotStart> {
        if !arguments.emulator {
            let client = connection::client(&arguments.connection, rate)?;
            return Ok(Self {
                client,
                _emulator: None,
            });
        }
        let emulator = Emulator::builder()
            .quota(rate.map(NonZeroU32::get))
            .start()
            .map_err(|error| CannotStart::new(words::chain(&error)))?;
        let client = connection::client_for(&emulator, &arguments.connection, rate)?;
        Ok(Self {
            client,
            _emulator: Some(emulator),
        })
    }
}

/// Bad rows stop everything before it begins, unless they are to be skipped; a bad header does so always.
fn may_begin(checked: &CheckReport, arguments: &ImportArguments) -> Result<bool, CannotStart> {
    for line in check::problem_lines(checked, &arguments.input) {
        output::note(&line);
    }
    let may_begin =
        checked.problems_total == 0 || (arguments.skip_invalid && !checked.header_is_bad);
    if !may_begin {
        let CheckReport { rows, invalid, .. } = checked;
        output::note(&if checked.header_is_bad {
            "topic-import: the header is invalid; nothing was sent.\nMend it: every row depends on it.".into()
        } else {
            format!(
                "topic-import: {invalid} of {} invalid; nothing was sent.\n\
                 Mend the input, or import the sound rows alone with --skip-invalid.",
                words::count(*rows, "row")
            )
        });
        if arguments.output == Output::Json {
            output::json(&Summary::not_begun(*rows))?;
        }
    }
    Ok(may_begin)
}

async fn import(
    client: &Client,
    input: &Input,
    checked: &CheckReport,
    arguments: &ImportArguments,
    rate: Option<NonZeroU32>,
) -> Result<RunEnd, CannotStart> {
    let mut settings = RunSettings::default();
    settings.rate = rate;
    settings.concurrency = arguments.concurrency;
    settings.give_up_after = arguments.give_up_after;
    settings.topic_ids = arguments.topic_ids;

    let live = Arc::new(Live::default());
    let progress = Progress::start(Arc::clone(&live), checked.rows, arguments.quiet);
    let file = check::name(&arguments.input);
    let report = |failure: &RowFailure| progress.print(&failure_line(&file, failure));
    topic_import_bulk::run(
        client,
        input,
        checked,
        &settings,
        &live,
        stop(&progress),
        report,
    )
    .await
    .map_err(|error| CannotStart::new(words::chain(&error)))
}

/// Ready when the run is to stop politely. A second request ends the program at once.
async fn stop(progress: &Progress) {
    if interrupt::requested().await.is_err() {
        return std::future::pending().await;
    }
    progress.print("stopping: waiting for the calls in flight; once more stops at once");
    tokio::spawn(async {
        if interrupt::requested().await.is_ok() {
            std::process::exit(Exit::Stopped as i32);
        }
    });
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
        words::call_error(error)
    )
}

fn report(end: &RunEnd, again: &str, arguments: &ImportArguments) -> Result<(), CannotStart> {
    for BlockedGroup { group_id, rows, .. } in &end.blocked_groups {
        if *rows > 0 {
            let rows = words::count(*rows, "further row");
            output::note(&format!("{group_id}: {rows} held without a call"));
        }
    }
    if let Some(reason) = &end.stopped {
        output::note(&stop_words(reason, again));
    }
    match arguments.output {
        Output::Json => output::json(&end.summary),
        Output::Text => print(&end.summary),
    }
}

/// How to go on after a stop.
fn again(end: &RunEnd, checked: &CheckReport, arguments: &ImportArguments) -> &'static str {
    let is_safe = arguments.topic_ids == TopicIds::Derived
        || checked.unnamed == 0
        || end.summary.imported + end.summary.unknown == 0;
    if is_safe {
        "run the same command again"
    } else {
        "take the rows that are there and have no TopicId out of the input, and run the same command again"
    }
}

fn stop_words(reason: &StopReason, again: &str) -> String {
    match reason {
        StopReason::Spoiled(failure) => format!(
            "topic-import: stopped: {}",
            words::stopped_by(&failure.error, again)
        ),
        StopReason::GaveUp(failure) => format!(
            "topic-import: gave up: {}",
            words::stopped_by(&failure.error, again)
        ),
        StopReason::Interrupted => {
            format!("topic-import: stopped as asked.\nTo go on, {again}.")
        }
        StopReason::Input(error) => format!("topic-import: stopped: {}", words::chain(error)),
        StopReason::InputShrank => format!(
            "topic-import: stopped: the input has fewer rows than when it was checked.\n\
             Restore it, and {again}."
        ),
        _ => "topic-import: stopped".into(),
    }
}

fn print(summary: &Summary) -> Result<(), CannotStart> {
    let counts: Vec<String> = summary
        .counts()
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| format!("{count} {}", outcome.name()))
        .collect();
    let Summary {
        rows,
        calls,
        seconds,
        ..
    } = summary;
    let counts = if counts.is_empty() {
        "nothing to do".into()
    } else {
        counts.join(", ")
    };
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
