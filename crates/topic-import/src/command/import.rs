//! `import`: checks the whole input, then imports it.

use std::io;
use std::num::NonZeroU32;

use tokio::runtime::{Builder, Runtime};
use topic_import_bulk::check::CheckReport;
use topic_import_bulk::journal::{Journal as _, Summary};
use topic_import_emulator::Emulator;

use crate::cli::import::ImportArguments;
use crate::cli::journal::JournalAt;
use crate::cli::print::Output;
use crate::command::work::{self, Worker};
use crate::command::{check, dry_run, preflight};
use crate::exit::{CannotStart, Exit};
use crate::interrupt::Interrupts;
use crate::open::communities;
use crate::open::connection::{self, Connection};
use crate::open::input;
use crate::open::journal::{Database, Opened, Place, Run, heeding};
use crate::open::secret;
use crate::open::spread::with_placed;
use crate::show::explanation;
use crate::show::out;
use crate::show::text;

/// What the same command does if it was ended before it had sent anything.
const BEGIN: &str = "To begin again";

pub(crate) fn run(
    arguments: &ImportArguments,
    interrupts: &Interrupts,
) -> Result<Exit, CannotStart> {
    secret::refuse_in_arguments(&arguments.work.calls.connection)?;
    if arguments.emulator {
        connection::refuse_service(&arguments.work.calls.connection)?;
    }
    interrupts.stands_unchanged(BEGIN, "before any row was sent");
    if arguments.limit.is_some() && matches!(arguments.journal, Some(JournalAt::Database(_))) {
        return Err(CannotStart::new(
            "--limit needs a journal in a file: name a file with --journal, or leave --limit out.\n\
             In a database, several machines may work on the run.",
        ));
    }
    if arguments.dry_run {
        return dry_run::run(arguments);
    }
    let runtime =
        runtime(arguments).map_err(|error| CannotStart::new(format!("cannot start: {error}")))?;
    let target = Target::of(arguments, &runtime)?;
    let input = communities::open(&arguments.communities, &arguments.input)?;
    let place = Place::of(arguments)?;
    let settings = with_placed(arguments.check_settings(), &arguments.communities)?;
    let run = Run {
        input: &input,
        settings: &settings,
        target: &target.connection.target,
        arguments,
        runtime: &runtime,
    };
    let mut is_account_tried = arguments.work.skip_preflight;
    let journal = journal(place.as_ref(), run, interrupts, |checked| {
        let begins = is_sound(checked, arguments)
            && (std::mem::replace(&mut is_account_tried, true)
                || is_fit(checked, &target, run, interrupts));
        if !begins && arguments.work.output == Output::Json {
            let own = checked.own_communities.as_ref();
            let communities = own.map_or(0, |own| own.rows);
            out::json(&Summary::not_begun(checked.rows).with_communities(communities))?;
        }
        Ok(begins)
    })?;
    let Some(Opened {
        journal,
        in_a_command,
    }) = journal
    else {
        return Ok(Exit::CouldNotStart);
    };
    let mut settings = work::settings(&arguments.work);
    settings.retry.clone_from(&arguments.retry);
    settings.first = arguments.limit;
    let worker = Worker {
        client: &target.connection.client,
        journal: &journal,
        journal_in_a_command: in_a_command.as_deref(),
        settings,
        name: &input::name(&arguments.input),
        communities: &communities::name(&arguments.communities, &arguments.input),
        is_account_tried,
        interrupts,
    };
    worker.work(&arguments.work, &runtime)
}

/// One thread is enough for a hundred times the quota, so a second would only cost memory. With a journal in a database
/// there are more: its lease must be renewed even while a thread is busy with the rows.
fn runtime(arguments: &ImportArguments) -> io::Result<Runtime> {
    match arguments.journal {
        Some(JournalAt::Database(_)) => Runtime::new(),
        _ => Builder::new_current_thread().enable_all().build(),
    }
}

/// The service that the topics go to. With `--emulator`, dropping this ends the emulator.
struct Target {
    connection: Connection,
    _emulator: Option<Emulator>,
}

impl Target {
    fn of(arguments: &ImportArguments, runtime: &Runtime) -> Result<Self, CannotStart> {
        let calls = &arguments.work.calls;
        let rate = calls.quota();
        let database = match &arguments.journal {
            Some(JournalAt::Database(url)) => Some(Database::of(url)?),
            _ => None,
        };
        let shared = database.as_ref().map(|database| (database, runtime));
        if !arguments.emulator {
            return Ok(Self {
                connection: connection::to_service(&calls.connection, rate, shared)?,
                _emulator: None,
            });
        }
        let topics_per_community = arguments.communities.topics_per_community;
        let emulator = Emulator::builder()
            .quota(rate.per_second().map(NonZeroU32::get))
            .topics_per_community(topics_per_community.get().try_into().ok())
            .start()
            .map_err(|error| CannotStart::new(text::chain(&error)))?;
        Ok(Self {
            connection: connection::to_emulator(&emulator, &calls.connection, rate, shared)?,
            _emulator: Some(emulator),
        })
    }
}

/// Continues the run at this place, or begins one with the input; `None` if the input may not be imported. Without a
/// place, the content of the input names one.
fn journal(
    place: Option<&Place>,
    run: Run<'_>,
    interrupts: &Interrupts,
    may_begin: impl FnOnce(&CheckReport) -> Result<bool, CannotStart>,
) -> Result<Option<Opened>, CannotStart> {
    if let Some(place) = place
        && let Some(opened) = run.resume(place)?
    {
        if run.arguments.emulator {
            note_empty_emulator(&opened, run)?;
        }
        if let Some(path) = &run.arguments.input.problems {
            out::note(&format!(
                "topic-import: {} is not written: the input was checked when the run began, and `topic-import check` checks it again",
                text::path(path)
            ));
        }
        return Ok(Some(opened));
    }
    let problems = input::problem_file(&run.arguments.input)?;
    interrupts.stands_unchanged(BEGIN, "while the rows were read and checked: none was sent");
    run.begin(place, |checked| {
        check::write_problems(problems, checked, &run.arguments.input)?;
        input::note_left_out(checked, &run.arguments.input);
        check::note_spread(checked, &run.arguments.input);
        may_begin(checked)
    })
}

/// Says that what an earlier emulator had is gone, where the journal has rows that went there.
fn note_empty_emulator(opened: &Opened, run: Run<'_>) -> Result<(), CannotStart> {
    let summary = heeding(&opened.journal, opened.journal.summary());
    let summary = run
        .runtime
        .block_on(summary)
        .map_err(|error| CannotStart::new(explanation::journal_error(&error)))?;
    let there = summary.imported + summary.existing;
    if there > 0 {
        out::note(&format!(
            "topic-import: {} imported by the journal {} gone with the emulator of that run: this one is empty.\n\
             To rehearse from the beginning, leave out --journal, or name another.",
            text::count(there, "topic"),
            if there == 1 { "is" } else { "are" }
        ));
    }
    Ok(())
}

/// Whether a checked input may be imported: bad rows prevent it unless they are skipped, a bad header always does.
fn is_sound(checked: &CheckReport, arguments: &ImportArguments) -> bool {
    communities::note_problems(checked, &arguments.communities, &arguments.input);
    check::note_problems(checked, &arguments.input);
    let hindrance = check::hindrance(checked, arguments);
    if let Some(reason) = &hindrance {
        out::note(reason);
    }
    hindrance.is_none()
}

/// Whether the account may call, and the communities that rows name can be relied on. The rows lie in a journal by now
/// that does not count yet.
fn is_fit(checked: &CheckReport, target: &Target, run: Run<'_>, interrupts: &Interrupts) -> bool {
    let arguments = run.arguments;
    let calls = &arguments.work.calls;
    let looked_up = preflight::preflight(
        &target.connection.client,
        &checked.communities,
        calls,
        interrupts,
    );
    let found = run.runtime.block_on(looked_up);
    preflight::note(&found, &input::name(&arguments.input))
}
