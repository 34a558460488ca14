//! What `verify` and `undo` share: opening the journal and the connection, and saying why the work stopped.

use tokio::runtime::Runtime;
use topic_import_bulk::calls::{CallSettings, StopReason};
use topic_import_bulk::journal::{Journal as _, JournalError, OpenJournal, RowPlace};
use topic_import_bulk::request::Kind;

use crate::cli::calls::SweepArguments;
use crate::exit::{CannotStart, Exit};
use crate::interrupt::Interrupts;
use crate::open::connection::{self, Connection};
use crate::open::journal::{Access, Named, heeding};
use crate::open::secret;
use crate::show::explanation::{self, AGAIN};
use crate::show::out;
use crate::show::progress::Work;
use crate::show::text;

/// The journal of a run, and a connection to the service that the run imported into.
pub(crate) struct Target<'a> {
    pub(crate) journal: OpenJournal,
    /// The journal's name, as it is shown.
    pub(crate) journal_name: String,
    /// Its name as an argument of a command that somebody is to type.
    pub(crate) journal_in_a_command: String,
    pub(crate) connection: Connection,
    pub(crate) settings: CallSettings,
    pub(crate) runtime: Runtime,
    pub(crate) interrupts: &'a Interrupts,
}

impl<'a> Target<'a> {
    /// Opens the journal and the connection that the arguments name, and checks that they belong together.
    pub(crate) fn of(
        arguments: &SweepArguments,
        access: Access,
        interrupts: &'a Interrupts,
    ) -> Result<Self, CannotStart> {
        secret::refuse_in_arguments(&arguments.calls.connection)?;
        interrupts.stands_unchanged("To begin again", "before any topic was looked at");
        let rate = arguments.calls.quota();
        let runtime =
            Runtime::new().map_err(|error| CannotStart::new(format!("cannot start: {error}")))?;
        let named = Named::of(&arguments.journal)?;
        let shared = named.database().map(|database| (database, &runtime));
        let connection = connection::to_service(&arguments.calls.connection, rate, shared)?;
        let (journal, journal_name) = runtime.block_on(named.open(access))?;
        runtime
            .block_on(heeding(&journal, journal.belongs_to(&connection.target)))
            .map_err(|error| cannot_use(&error))?;
        let mut settings = CallSettings::default();
        settings.give_up_after = arguments.calls.give_up_after;
        Ok(Self {
            journal,
            journal_name,
            journal_in_a_command: named.in_a_command(),
            connection,
            settings,
            runtime,
            interrupts,
        })
    }
}

pub(crate) fn cannot_use(error: &JournalError) -> CannotStart {
    CannotStart::new(explanation::given_journal_error(error))
}

/// The comparing of so many topics, as the progress shows it.
pub(crate) fn comparing(topics: u64, arguments: &SweepArguments) -> Work {
    Work {
        done: "compared",
        failed: "not as imported",
        changes: false,
        then: "To compare again",
        ..destroying(topics, arguments)
    }
}

/// The destroying of so many topics, as the progress shows it.
pub(crate) fn destroying(topics: u64, arguments: &SweepArguments) -> Work {
    Work {
        thing: "topic",
        total: topics,
        done: "done",
        done_before: 0,
        failed: "left",
        quota: arguments.calls.quota().per_second(),
        changes: true,
        stopped: Exit::Stopped,
        then: "To continue",
    }
}

/// Which line of the input is meant: of its list of communities, or of its rows.
pub(crate) fn line_of(kind: Kind, place: &RowPlace) -> String {
    let place = match &place.file {
        Some(_) => text::place(place),
        None => place.to_string(),
    };
    match kind {
        Kind::Community => format!("community, {place}"),
        Kind::Topic => place,
    }
}

/// The exit status if the result could not be printed, after saying so.
pub(crate) fn unprinted(error: &CannotStart, exit: Exit) -> Exit {
    out::note(&format!("topic-import: {error}"));
    match exit {
        Exit::Done => Exit::Incomplete,
        exit => exit,
    }
}

/// Prints why the work stopped, and what running the same command again will do (`then`).
pub(crate) fn note_stop(reason: StopReason, interrupts: &Interrupts, then: &str) {
    let why = match reason {
        StopReason::EveryCallFails(error) => {
            format!("stopped: {}", explanation::stopped_by(&error))
        }
        StopReason::GaveUp(error) => {
            format!("gave up: {}", explanation::stopped_by(&error))
        }
        StopReason::Interrupted => {
            format!("stopped as asked.\nTo continue: {}\n", interrupts.command())
        }
        StopReason::Journal(error) => format!(
            "stopped: {} Then {AGAIN}.",
            explanation::given_journal_error(&error)
        ),
        _ => "stopped".into(),
    };
    let blank = if why.ends_with('\n') { "" } else { " " };
    out::note(&format!("topic-import: {why}{blank}{then}"));
}

/// The exit status if the work stopped.
pub(crate) fn exit(reason: &StopReason, may_have_sent: bool) -> Exit {
    match reason {
        StopReason::Interrupted | StopReason::Journal(JournalError::OutOfReach) => Exit::Stopped,
        _ if may_have_sent => Exit::Stopped,
        _ => Exit::CouldNotStart,
    }
}
