//! `work`: joins an import whose journal is in a database. `import` uses the same `Worker`.

use std::cmp::Reverse;
use std::convert::Infallible;
use std::future;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use topic_import_async::Client;
use topic_import_bulk::calls::{StopReason, WorkProgress};
use topic_import_bulk::import::{BlockedGroup, ImportEnd, ImportSettings, RowError, RowFailure};
use topic_import_bulk::journal::{Journal as _, JournalError, OpenJournal, Summary};
use topic_import_bulk::request::Kind;
use topic_import_bulk::{Outcome, Retry};

use crate::cli::calls::WorkingArguments;
use crate::cli::journal::JournalAt;
use crate::cli::print::Output;
use crate::cli::work::WorkArguments;
use crate::command::preflight;
use crate::exit::{CannotStart, Exit};
use crate::interrupt::Interrupts;
use crate::open::connection;
use crate::open::journal::{self, Database, Reader, heeding, worked_on_by_us};
use crate::open::secret;
use crate::show::destruction;
use crate::show::explanation::{self, AGAIN, Explanation};
use crate::show::first_of_each::FirstOfEach;
use crate::show::out;
use crate::show::progress::{Progress, Work};
use crate::show::text;

/// How many blocked communities are named at the end.
const MOST_NAMED: usize = 10;
/// How often the progress of the other workers is read from the journal.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(crate) fn run(arguments: &WorkArguments, interrupts: &Interrupts) -> Result<Exit, CannotStart> {
    let WorkArguments { journal, run, work } = arguments;
    secret::refuse_in_arguments(&work.calls.connection)?;
    interrupts.stands_unchanged("To join again", "before any row was sent");
    let JournalAt::Database(url) = journal else {
        return Err(CannotStart::new(
            "a journal in a file is for one machine: give --journal postgres://USER@HOST/DATABASE, the database of the import",
        ));
    };
    let database = Database::of(url)?;
    let runtime =
        Runtime::new().map_err(|error| CannotStart::new(format!("cannot start: {error}")))?;
    let shared = Some((&database, &runtime));
    let connection = connection::to_service(&work.calls.connection, work.calls.quota(), shared)?;
    let run = runtime.block_on(database.run(run.run.as_deref()))?;
    let cannot_use =
        |error: JournalError| CannotStart::new(explanation::given_journal_error(&error));
    let journal = runtime
        .block_on(database.open(&run, Some(work.lease)))
        .map(worked_on_by_us)
        .map_err(cannot_use)?;
    runtime
        .block_on(heeding(&journal, journal.belongs_to(&connection.target)))
        .map_err(cannot_use)?;
    let mut settings = settings(work);
    settings.joins = true;
    let in_a_command = database.in_a_command(Some(&run));
    let worker = Worker {
        client: &connection.client,
        journal: &journal,
        journal_in_a_command: Some(&in_a_command),
        settings,
        name: &run,
        communities: &run,
        is_account_tried: work.skip_preflight,
        interrupts,
    };
    worker.work(work, &runtime)
}

/// How many rows another import would take up.
const fn unfinished(summary: &Summary) -> u64 {
    summary.pending + summary.held
}

/// The settings that the arguments give for importing rows.
pub(crate) fn settings(arguments: &WorkingArguments) -> ImportSettings {
    let mut settings = ImportSettings::default();
    settings.concurrency = arguments.concurrency;
    settings.calls.give_up_after = arguments.calls.give_up_after;
    settings
}

/// Imports the rows that are left in a journal.
pub(crate) struct Worker<'a> {
    pub(crate) client: &'a Client,
    pub(crate) journal: &'a OpenJournal,
    /// Its name as an argument of a command that somebody is to type; `None` if it ends with the program.
    pub(crate) journal_in_a_command: Option<&'a str>,
    pub(crate) settings: ImportSettings,
    /// The name of the input, which messages put in front of the number of a line if the row has no file of its own.
    pub(crate) name: &'a str,
    /// The name of the list of communities, likewise.
    pub(crate) communities: &'a str,
    /// Whether the account was tried already, or need not be.
    pub(crate) is_account_tried: bool,
    pub(crate) interrupts: &'a Interrupts,
}

impl Worker<'_> {
    /// Tries the account where anything is left to be done, imports the rows, and says how it ended.
    pub(crate) fn work(
        &self,
        arguments: &WorkingArguments,
        runtime: &Runtime,
    ) -> Result<Exit, CannotStart> {
        let not_begun = |error| journal::not_begun(&error, explanation::journal_error(&error));
        let before = match runtime.block_on(heeding(self.journal, self.summary())) {
            Ok(before) => before,
            Err(error) => return not_begun(error),
        };
        let all = before.rows + before.communities.rows;
        let done = self.done(&before);
        self.interrupts
            .stands(Exit::Stopped, "To continue", move || {
                let done = text::part(done, all, "row");
                format!("at once: {done} done earlier, and none was sent now")
            });
        if !self.is_account_tried && done < all {
            let (calls, interrupts) = (&arguments.calls, self.interrupts);
            let tried = preflight::preflight(self.client, &[], calls, interrupts);
            if !preflight::note(&runtime.block_on(tried), self.name) {
                if arguments.output == Output::Json {
                    out::json(&before)?;
                }
                return Ok(Exit::CouldNotStart);
            }
        }
        if let Err(error) = self.note_sent_again(&before, runtime) {
            return not_begun(error);
        }
        let end = match runtime.block_on(self.import(&before, arguments)) {
            Ok(end) => end,
            Err(error) => return not_begun(error),
        };
        self.note_destroyed(&end.summary, runtime);
        let is_complete = match self.settings.first {
            Some(first) => runtime.block_on(self.trial(first, &end)),
            None => end.summary.is_complete(),
        };
        let reported = self.report(&end, arguments.output);
        match (reported, exit(&end, is_complete)) {
            (Err(error), Exit::Done) => {
                out::note(&format!("topic-import: every topic is there, but {error}"));
                Ok(Exit::Incomplete)
            }
            (Err(error), exit) => {
                out::note(&format!("topic-import: {error}"));
                Ok(exit)
            }
            (Ok(()), exit) => Ok(exit),
        }
    }

    /// Says how many rows may be imported a second time, because nobody can tell whether their topics are there.
    fn note_sent_again(&self, before: &Summary, runtime: &Runtime) -> Result<(), JournalError> {
        let ImportSettings { retry, joins, .. } = &self.settings;
        if !retry.contains(&Retry::Unknown) || *joins || before.is_undone() || before.unknown == 0 {
            return Ok(());
        }
        let reader = Reader {
            journal: self.journal,
            runtime,
        };
        let mut again = 0;
        for row in reader.rows(&[Outcome::Unknown])? {
            again += u64::from(!row?.request()?.is_named());
        }
        if again > 0 {
            out::note(&format!(
                "topic-import: {} without a TopicId sent again, because of --retry unknown: a topic that is there already will be there twice",
                text::count(again, "row")
            ));
        }
        Ok(())
    }

    /// Says what was destroyed of the run, and by whom, where anything was.
    fn note_destroyed(&self, summary: &Summary, runtime: &Runtime) {
        if !summary.is_undone() {
            return;
        }
        // Where the journal cannot be read, that it was destroyed is known all the same.
        let course = runtime.block_on(self.journal.course()).ok();
        let destroyed = course.and_then(|course| course.destroyed);
        let journal = self.journal_in_a_command;
        if let Some(words) = destruction::in_words(summary, destroyed.as_ref(), journal) {
            out::note(&words);
        }
    }

    /// How many of the rows that are to be imported now have which outcome.
    async fn summary(&self) -> Result<Summary, JournalError> {
        match self.settings.first {
            Some(first) => self.journal.summary_of_first(first).await,
            None => self.journal.summary().await,
        }
    }

    /// Says how many rows are left for later, and whether all others are there.
    async fn trial(&self, first: NonZeroU64, end: &ImportEnd) -> bool {
        match heeding(self.journal, self.summary()).await {
            Ok(of_these) => {
                let left = unfinished(&end.summary).saturating_sub(unfinished(&of_these));
                if left > 0 && end.stopped.is_none() {
                    out::note(&format!(
                        "topic-import: --limit {first}: {} left for later: run the same command without --limit, or with a larger one",
                        text::count(left, "row")
                    ));
                }
                of_these.is_complete()
            }
            Err(error) => {
                out::note(&format!(
                    "topic-import: {}",
                    explanation::journal_error(&error)
                ));
                false
            }
        }
    }

    async fn import(
        &self,
        before: &Summary,
        arguments: &WorkingArguments,
    ) -> Result<ImportEnd, JournalError> {
        let Self {
            client,
            journal,
            settings,
            name,
            communities,
            interrupts,
            ..
        } = self;
        let live = Arc::new(WorkProgress::default());
        let work = Work {
            thing: "row",
            total: before.rows + before.communities.rows,
            done: "done",
            done_before: self.done(before),
            failed: "failed",
            quota: arguments.calls.quota().per_second(),
            changes: true,
            stopped: Exit::Stopped,
            then: "To continue",
        };
        let progress = Progress::start(&live, work, arguments.calls.quiet, interrupts);
        let mut has_told_remedy = false;
        let mut failures = FirstOfEach::default();
        let report = |failure: &RowFailure| {
            let code = match &failure.error {
                RowError::Call(error) => error.code(),
                _ => None,
            };
            if !failures.take((failure.request.kind(), failure.outcome, code)) {
                return;
            }
            let name = match failure.request.kind() {
                Kind::Community => communities,
                Kind::Topic => name,
            };
            progress.print(&failure_line(name, failure));
            if let Some(remedy) = explanation::account_remedy(failure).filter(|_| !has_told_remedy)
            {
                has_told_remedy = true;
                progress.print(&remedy);
            }
        };
        let run = topic_import_bulk::import::import(
            client,
            *journal,
            settings,
            &live,
            progress.stop(),
            report,
        );
        let end = tokio::select! {
            end = run => end,
            never = self.watch_others(before, &live, &progress) => match never {},
        };
        let more = failures.untold();
        if more > 0 {
            let report = match self.journal_in_a_command {
                Some(journal) => format!("topic-import report {journal} says why"),
                None => "name a --journal, and topic-import report says why".to_owned(),
            };
            let rows = text::count(more, "further row");
            progress.print(&format!(
                "topic-import: {rows} failed in the same ways: {report}"
            ));
        }
        end
    }

    fn report(&self, end: &ImportEnd, output: Output) -> Result<(), CannotStart> {
        note_blocked(&end.blocked_groups);
        match &end.stopped {
            Some(reason) => out::note(&stop_words(reason, self.interrupts)),
            None => self.note_failed(&end.summary),
        }
        if let Some(error) = &end.unrecorded {
            let why = explanation::journal_error(error);
            out::note(&format!(
                "topic-import: the last outcomes may not be in the journal: {why}"
            ));
        }
        if let Some(remedy) = community_remedy(&end.summary) {
            out::note(&remedy);
        }
        match (output, &end.stopped) {
            (Output::Json, _) => out::json(&end.summary),
            // The journal is out of reach, so the outcomes of the rows are not known.
            (Output::Text, Some(StopReason::Journal(JournalError::OutOfReach))) => {
                out::line(&text::calls(&end.summary))
            }
            (Output::Text, _) => print(&end.summary),
        }
    }

    /// Says which command writes the rows that somebody has to correct.
    fn note_failed(&self, summary: &Summary) {
        let rows = summary.rejected + summary.conflict;
        let Some(journal) = self.journal_in_a_command.filter(|_| rows > 0) else {
            return;
        };
        let them = if rows == 1 { "it" } else { "them" };
        out::note(&format!(
            "topic-import: {} failed. To correct {them}: topic-import report {journal} --failed mend.jsonl",
            text::count(rows, "row")
        ));
    }

    /// How many rows this invocation has nothing to do for.
    fn done(&self, summary: &Summary) -> u64 {
        let ImportSettings { retry, joins, .. } = &self.settings;
        let is_taken_up = |outcome: &Outcome| match outcome {
            Outcome::Pending => true,
            Outcome::Held => !joins,
            outcome => retry
                .iter()
                .any(|retry: &Retry| retry.outcome() == *outcome),
        };
        let counts = summary.counts().into_iter();
        let counts = counts.chain(summary.communities.counts());
        let done = counts.filter(|(outcome, _)| !is_taken_up(outcome));
        done.map(|(_, rows)| rows).sum()
    }

    /// Adds the rows that other workers finish to the progress shown, if the journal is shared.
    async fn watch_others(
        &self,
        before: &Summary,
        live: &WorkProgress,
        progress: &Progress,
    ) -> Infallible {
        if !self.journal.lease().is_shared() {
            return future::pending().await;
        }
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let own = live.snapshot().done;
            // If the journal is out of reach, the import itself says so.
            if let Ok(now) = self.journal.summary().await {
                let done = self.done(&now).saturating_sub(self.done(before));
                progress.note_done_elsewhere(done.saturating_sub(own));
            }
        }
    }
}

fn failure_line(input: &str, failure: &RowFailure) -> String {
    let RowFailure {
        place,
        request,
        outcome,
        error,
        ..
    } = failure;
    let input = match &place.file {
        Some(_) => String::new(),
        None => format!("{}:", text::one_line(input)),
    };
    format!(
        "{input}{}: {}: {}: {}",
        text::place(place),
        text::one_line(request.name()),
        outcome.name(),
        Explanation::of_row_error(error, request.is_named())
    )
}

/// Says how many rows of which communities were held, naming the communities with the most.
fn note_blocked(groups: &[BlockedGroup]) {
    let mut groups: Vec<&BlockedGroup> = groups.iter().filter(|group| group.rows > 0).collect();
    if groups.len() > MOST_NAMED {
        groups.sort_by_key(|group| Reverse(group.rows));
    }
    let (named, others) = groups.split_at(groups.len().min(MOST_NAMED));
    for BlockedGroup { group_id, rows, .. } in named {
        let rows = text::count(*rows, "further row");
        out::note(&format!(
            "topic-import: {group_id}: {rows} held without being sent"
        ));
    }
    if !others.is_empty() {
        let communities = match others.len() {
            1 => "1 more community".to_owned(),
            more => format!("{more} more communities"),
        };
        let rows = others.iter().map(|group| group.rows).sum();
        let rows = text::count(rows, "further row");
        out::note(&format!(
            "topic-import: {communities}: {rows} held without being sent"
        ));
    }
}

/// What to do about communities that are not there; `None` where the same command takes them up.
fn community_remedy(summary: &Summary) -> Option<String> {
    let retries = Retry::ALL.map(Retry::outcome);
    let failed = |outcome: &Outcome| summary.communities.of(*outcome) > 0;
    let failed: Vec<Outcome> = retries.into_iter().filter(failed).collect();
    let count: u64 = failed
        .iter()
        .map(|outcome| summary.communities.of(*outcome))
        .sum();
    let names: Vec<&str> = failed.iter().map(|outcome| outcome.name()).collect();
    (!names.is_empty()).then(|| {
        let theirs = if count == 1 { "it" } else { "them" };
        format!(
            "topic-import: {} not imported, and no topic of {theirs}.\n\
             Remove the cause, and run the same command with --retry {}.",
            text::communities(count),
            names.join(",")
        )
    })
}

fn stop_words(reason: &StopReason, interrupts: &Interrupts) -> String {
    match reason {
        StopReason::EveryCallFails(error) => {
            let why = error.refusal().and_then(explanation::met_again);
            let why = why.map_or_else(String::new, |why| format!(", as {why}"));
            format!(
                "topic-import: stopped{why}: {}",
                explanation::stopped_by(error)
            )
        }
        StopReason::EveryCallFailsElsewhere(hold) => {
            format!(
                "topic-import: stopped: {}",
                explanation::stopped_elsewhere(hold)
            )
        }
        StopReason::GaveUp(error) => {
            format!("topic-import: gave up: {}", explanation::stopped_by(error))
        }
        StopReason::Interrupted => {
            format!(
                "topic-import: stopped as asked.\nTo continue: {}",
                interrupts.command()
            )
        }
        StopReason::Journal(error) => format!(
            "topic-import: stopped: {} Then {AGAIN}.",
            explanation::journal_error(error)
        ),
        _ => "topic-import: stopped".into(),
    }
}

fn print(summary: &Summary) -> Result<(), CannotStart> {
    let rows = text::count(summary.rows, "row");
    let (counts, calls) = (text::counts(summary), text::calls(summary));
    if let Some(communities) = text::community_counts(summary) {
        out::line(&communities)?;
    }
    out::line(&format!("{rows}: {counts}; {calls}"))
}

fn exit(end: &ImportEnd, is_complete: bool) -> Exit {
    match &end.stopped {
        None if is_complete => Exit::Done,
        None => Exit::Incomplete,
        Some(StopReason::Interrupted | StopReason::Journal(JournalError::OutOfReach)) => {
            Exit::Stopped
        }
        Some(_) if end.may_have_sent => Exit::Stopped,
        Some(_) => Exit::CouldNotStart,
    }
}
