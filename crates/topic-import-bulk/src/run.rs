//! Imports the rows of an input: as many at once as the latency asks for, under one quota, to a polite end.

use std::collections::HashMap;
use std::future;
use std::num::{NonZeroU32, NonZeroUsize};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use tokio::task::{self, JoinSet};
use topic_import_async::Client;
use topic_import_core::{
    Call, CallError, Executed, Failure, GroupId, Helps, ImportTopic, Imported, Spoils,
};

use crate::check::CheckReport;
use crate::derived_id::{self, TopicIds};
use crate::input::{Input, InputError};
use crate::live::{Live, RowInFlight};
use crate::row::Row;
use crate::summary::{Outcome, Summary};

/// How long a run tries to get a first answer before it gives up.
pub const FIRST_ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// With so many attempts that failed in turn, the service is taken to be down …
const MOST_FAILED_IN_TURN: u64 = 16;
/// … and only so often a further row is started, to see whether it is: it may be the rows that are bad.
const PROBE_EVERY: Duration = Duration::from_secs(2);
/// How often it is considered again whether there is room for a row, where nothing else happens.
const RECONSIDER_EVERY: Duration = Duration::from_millis(500);
/// With so many rows in turn whose outcome nobody knows, and no answer in between, the run gives up: going on would
/// leave a whole input in doubt.
const MOST_UNKNOWN: u64 = 16;
/// Rows in flight without pacing, unless set.
const UNPACED_CONCURRENCY: usize = 64;
/// Rows in flight beyond what the average latency asks for.
const SPARE_CONCURRENCY: usize = 8;
/// Rows that wait for the service or the network to recover hold up no others, up to so many.
const MOST_TROUBLED: usize = 1024;

/// How a run goes about its work.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunSettings {
    /// The quota that the client keeps to, in calls per second; `None` where it does not pace.
    pub rate: Option<NonZeroU32>,
    /// The most rows in flight; `None` lets the latency decide.
    pub concurrency: Option<NonZeroUsize>,
    /// Who names the topics of rows that have no TopicId.
    pub topic_ids: TopicIds,
    /// How long a row is tried, and how long the service may be silent, once it has answered.
    pub give_up_after: Duration,
    /// How long calls in flight are awaited after a stop.
    pub drain_for: Duration,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            rate: NonZeroU32::new(200),
            concurrency: None,
            topic_ids: TopicIds::default(),
            give_up_after: Duration::from_hours(1),
            drain_for: topic_import_core::DEFAULT_ANSWER_TIMEOUT,
        }
    }
}

/// A row whose topic is not there, as it is reported.
#[derive(Debug)]
#[non_exhaustive]
pub struct RowFailure {
    /// The line of the input on which the row begins.
    pub line: u64,
    /// The request.
    pub topic: Arc<ImportTopic>,
    /// Where the row ended up.
    pub outcome: Outcome,
    /// Why.
    pub error: CallError,
}

/// A group whose rows are held.
#[derive(Debug)]
#[non_exhaustive]
pub struct BlockedGroup {
    /// The group.
    pub group_id: GroupId,
    /// How many of its rows were held without a call.
    pub rows: u64,
}

/// Why a run stopped before its end.
#[derive(Debug)]
#[non_exhaustive]
pub enum StopReason {
    /// This failure, which every other row would meet as well.
    Spoiled(RowFailure),
    /// The service could not be reached, or gave no answer, for as long as was allowed; this is how it last failed.
    GaveUp(RowFailure),
    /// The caller asked for it.
    Interrupted,
    /// The input could not be read to its end.
    Input(InputError),
    /// The input ended before all the rows that were checked.
    InputShrank,
}

/// How a run ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct RunEnd {
    /// Where every row is.
    pub summary: Summary,
    /// Groups whose rows are held.
    pub blocked_groups: Vec<BlockedGroup>,
    /// Why it stopped; `None` where it came to the input's end, or every topic is there all the same.
    pub stopped: Option<StopReason>,
    /// Whether any request can have reached the service.
    pub may_have_sent: bool,
}

/// Imports the rows of an input that was checked.
///
/// Until the service has answered once, a single row is in flight, and after [`FIRST_ANSWER_WITHIN`], or with a row
/// whose outcome stays unknown, the run gives up. When `stop` is ready, no further row is started; what is in flight
/// is awaited and counted. `report` is told of every row that has an outcome and whose topic is not there; rows that
/// the check refused count as rejected.
///
/// Must be called within a tokio runtime.
pub async fn run(
    client: &Client,
    input: &Input,
    checked: &CheckReport,
    settings: &RunSettings,
    live: &Arc<Live>,
    stop: impl Future<Output = ()>,
    report: impl FnMut(&RowFailure),
) -> Result<RunEnd, InputError> {
    let mut rows = input
        .rows()?
        .map(|row| row.map_err(|error| input.error(error)));
    let mut run = Run::new(client, checked, settings, live, report);
    let mut stop = pin!(stop);
    while run.has_room() || !run.tasks.is_empty() {
        tokio::select! {
            biased;
            () = &mut stop, if run.stopped.is_none() => run.stop(StopReason::Interrupted),
            Some(joined) = run.tasks.join_next_with_id() => run.record(joined),
            () = drained(run.drain_until, live) => run.abandon(),
            () = tokio::time::sleep(RECONSIDER_EVERY), if run.waits_for_room() => {}
            () = future::ready(()), if run.has_room() => match rows.next() {
                Some(Ok(row)) => run.take(row),
                Some(Err(error)) => run.stop(StopReason::Input(error)),
                None => run.is_exhausted = true,
            },
        }
    }
    Ok(run.end())
}

async fn drained(until: Option<Duration>, live: &Live) {
    match until {
        Some(until) => tokio::time::sleep(until.saturating_sub(live.since_start())).await,
        None => future::pending().await,
    }
}

struct Run<'a, F> {
    client: &'a Client,
    checked: &'a CheckReport,
    settings: &'a RunSettings,
    live: &'a Arc<Live>,
    report: F,
    tasks: JoinSet<Result<Imported, CallError>>,
    in_flight: HashMap<task::Id, InFlight>,
    blocked_groups: HashMap<GroupId, u64>,
    /// Rows whose outcome nobody knows, since the service last answered.
    unknown_in_turn: u64,
    /// When a row was last started, since the run's start.
    last_started: Duration,
    summary: Summary,
    is_exhausted: bool,
    stopped: Option<StopReason>,
    /// When calls in flight are no longer awaited, since the run's start.
    drain_until: Option<Duration>,
}

struct InFlight {
    line: u64,
    topic: Arc<ImportTopic>,
    /// Since the run's start.
    started: Duration,
    /// An attempt may have been executed.
    has_left: Arc<AtomicBool>,
    task: task::AbortHandle,
}

impl<'a, F: FnMut(&RowFailure)> Run<'a, F> {
    fn new(
        client: &'a Client,
        checked: &'a CheckReport,
        settings: &'a RunSettings,
        live: &'a Arc<Live>,
        report: F,
    ) -> Self {
        Self {
            client,
            checked,
            settings,
            live,
            report,
            tasks: JoinSet::new(),
            in_flight: HashMap::new(),
            blocked_groups: HashMap::new(),
            unknown_in_turn: 0,
            last_started: Duration::ZERO,
            summary: Summary::default(),
            is_exhausted: false,
            stopped: None,
            drain_until: None,
        }
    }

    fn wants_rows(&self) -> bool {
        !self.is_exhausted && self.stopped.is_none()
    }

    fn has_room(&self) -> bool {
        self.wants_rows()
            && self.in_flight.len() < self.concurrency()
            && (self.live.failed_in_turn() < MOST_FAILED_IN_TURN || self.may_probe())
    }

    fn waits_for_room(&self) -> bool {
        self.wants_rows() && !self.has_room()
    }

    fn may_probe(&self) -> bool {
        let is_time = self.live.since_start() >= self.last_started.saturating_add(PROBE_EVERY);
        self.in_flight.is_empty() || is_time
    }

    /// As many rows as are on their way at once when calls leave at the quota's rate and take their usual time, and
    /// as many again for the slower ones. Rows that wait for the service or the network to recover do not count.
    fn concurrency(&self) -> usize {
        if self.live.last_answer().is_none() {
            return 1;
        }
        if let Some(concurrency) = self.settings.concurrency {
            return concurrency.get();
        }
        let asked_for = match self.settings.rate {
            None => UNPACED_CONCURRENCY,
            Some(rate) => {
                let micros = u128::from(rate.get()) * self.live.latency().as_micros();
                let on_their_way = usize::try_from(micros / 1_000_000).unwrap_or(usize::MAX);
                on_their_way
                    .saturating_mul(2)
                    .saturating_add(SPARE_CONCURRENCY)
            }
        };
        let troubled = usize::try_from(self.live.troubled()).unwrap_or(usize::MAX);
        asked_for.saturating_add(troubled.min(MOST_TROUBLED))
    }

    fn take(&mut self, row: Row) {
        let topic = match row.topic {
            Ok(topic) if !self.checked.repeated_lines.contains(&row.line) => topic,
            _ => return self.count(Outcome::Rejected),
        };
        let topic = match (topic.topic_id(), self.settings.topic_ids) {
            (None, TopicIds::Derived) => {
                let ordinal = self.checked.ordinals.get(&row.line).copied().unwrap_or(1);
                derived_id::named(topic, ordinal)
            }
            _ => topic,
        };
        if let Some(held) = self.blocked_groups.get_mut(topic.group_id()) {
            *held += 1;
            return self.count(Outcome::Held);
        }
        self.start(row.line, Arc::new(topic));
    }

    fn start(&mut self, line: u64, topic: Arc<ImportTopic>) {
        let allowed = match self.live.last_answer() {
            Some(_) => self.settings.give_up_after,
            None => self.settings.give_up_after.min(FIRST_ANSWER_WITHIN),
        };
        let call = Call::new(Arc::clone(&topic)).with_deadline(allowed);
        let client = self.client.clone();
        let has_left = Arc::new(AtomicBool::new(false));
        let mut watch = RowInFlight::new(Arc::clone(self.live), Arc::clone(&has_left));
        let task = self
            .tasks
            .spawn(async move { client.run(call, |event| watch.observe(&event)).await });
        let started = self.live.since_start();
        self.last_started = started;
        self.in_flight.insert(
            task.id(),
            InFlight {
                line,
                topic,
                started,
                has_left,
                task,
            },
        );
    }

    fn record(&mut self, joined: Result<(task::Id, Result<Imported, CallError>), task::JoinError>) {
        let (id, outcome) = match joined {
            Ok(joined) => joined,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => return,
            },
        };
        let Some(row) = self.in_flight.remove(&id) else {
            return;
        };
        match outcome {
            Ok(imported) => {
                self.note_answer();
                self.count(match imported {
                    Imported::Existing(_) => Outcome::Existing,
                    _ => Outcome::Imported,
                });
            }
            Err(error) => self.record_error(row, error),
        }
    }

    fn record_error(&mut self, row: InFlight, error: CallError) {
        if is_answer(&error) {
            self.note_answer();
        } else if error.executed() == Executed::Maybe {
            self.live.note_sent();
        }
        if self.deserves_more_time(&row, &error) {
            return self.start(row.line, row.topic);
        }
        let outcome = self.outcome(&row, &error);
        self.count(outcome);
        if let Some(code) = error.code() {
            *self.summary.by_code.entry(code.get()).or_default() += 1;
        }
        if error.spoils() == Spoils::Group {
            let group = row.topic.group_id().clone();
            self.blocked_groups.entry(group).or_default();
        }
        let was_silent = self.was_silent_since(row.started);
        self.follow_up(
            RowFailure {
                line: row.line,
                topic: row.topic,
                outcome,
                error,
            },
            was_silent,
        );
    }

    /// The row had only the time of a first answer, and the service has answered meanwhile.
    fn deserves_more_time(&self, row: &InFlight, error: &CallError) -> bool {
        ran_out_of_time(row, error)
            && row.started_before_first_answer(self.live)
            && !self.was_silent_since(row.started)
    }

    fn outcome(&self, row: &InFlight, error: &CallError) -> Outcome {
        let spoils = error.spoils();
        let passes = spoils == Spoils::Nothing || self.was_silent_since(row.started);
        match error {
            _ if spoils >= Spoils::Group && row.is_repeatable_after(error) => Outcome::Held,
            CallError::Rejected(_) => Outcome::Rejected,
            CallError::Conflict(_) => Outcome::Conflict,
            _ if is_withdrawn(error) => Outcome::Pending,
            _ if ran_out_of_time(row, error) && passes => Outcome::Pending,
            CallError::NotExecuted(_) => Outcome::Rejected,
            _ => Outcome::Unknown,
        }
    }

    /// Stops the run where the failure says that going on is of no use, and reports it otherwise.
    fn follow_up(&mut self, failure: RowFailure, was_silent: bool) {
        if failure.outcome == Outcome::Pending {
            return self.stop(StopReason::GaveUp(failure));
        }
        if failure.error.spoils() == Spoils::Run {
            return self.stop(StopReason::Spoiled(failure));
        }
        (self.report)(&failure);
        if failure.outcome == Outcome::Unknown && was_silent {
            self.unknown_in_turn += 1;
            let answered = self.live.last_answer().is_some();
            if !answered || self.unknown_in_turn >= MOST_UNKNOWN {
                self.stop(StopReason::GaveUp(failure));
            }
        }
    }

    fn was_silent_since(&self, moment: Duration) -> bool {
        let last_answer = self.live.last_answer();
        last_answer.is_none_or(|answer| answer <= moment)
    }

    fn note_answer(&mut self) {
        self.live.note_decision();
        self.unknown_in_turn = 0;
    }

    fn count(&mut self, outcome: Outcome) {
        self.summary.add(outcome);
        self.live
            .row_done(matches!(outcome, Outcome::Imported | Outcome::Existing));
    }

    /// Starts no further row, lets no attempt leave, and takes back the rows that have not left. The first reason
    /// counts.
    fn stop(&mut self, reason: StopReason) {
        self.live.stop();
        let waiting = self
            .in_flight
            .extract_if(|_, row| !row.has_left.load(SeqCst));
        let waiting: Vec<InFlight> = waiting.map(|(_, row)| row).collect();
        for row in waiting {
            row.task.abort();
            self.count(Outcome::Pending);
        }
        self.stopped.get_or_insert(reason);
        self.drain_until
            .get_or_insert(self.live.since_start() + self.settings.drain_for);
    }

    /// Awaits calls in flight no longer. Without a TopicId, nobody can say what became of them.
    fn abandon(&mut self) {
        self.tasks.abort_all();
        for (_, row) in std::mem::take(&mut self.in_flight) {
            self.live.note_sent();
            match row.topic.topic_id() {
                Some(_) => self.count(Outcome::Pending),
                None => self.count(Outcome::Unknown),
            }
        }
    }

    fn end(mut self) -> RunEnd {
        // The input may have grown since it was checked.
        let placed = self.summary.placed();
        self.summary.rows = self.checked.rows.max(placed);
        self.summary.pending += self.summary.rows - placed;
        if self.summary.is_complete() {
            self.stopped = None;
        } else if self.is_exhausted && self.summary.pending > 0 {
            self.stopped.get_or_insert(StopReason::InputShrank);
        }
        self.summary.calls = self.live.calls();
        self.summary.seconds = (self.live.since_start().as_secs_f64() * 1000.0).round() / 1000.0;
        let mut blocked_groups: Vec<BlockedGroup> = self
            .blocked_groups
            .into_iter()
            .map(|(group_id, rows)| BlockedGroup { group_id, rows })
            .collect();
        blocked_groups.sort_by(|a, b| a.group_id.cmp(&b.group_id));
        RunEnd {
            summary: self.summary,
            blocked_groups,
            stopped: self.stopped,
            may_have_sent: self.live.may_have_sent(),
        }
    }
}

impl InFlight {
    fn started_before_first_answer(&self, live: &Live) -> bool {
        let first_answer = live.first_answer();
        first_answer.is_none_or(|answer| self.started < answer)
    }

    fn is_repeatable_after(&self, error: &CallError) -> bool {
        error.executed() == Executed::No || self.topic.topic_id().is_some()
    }
}

/// Whether the service itself decided the call.
fn is_answer(error: &CallError) -> bool {
    matches!(error, CallError::Rejected(_) | CallError::Conflict(_)) || error.code().is_some()
}

/// Whether the run took the call back when it stopped.
fn is_withdrawn(error: &CallError) -> bool {
    matches!(
        error,
        CallError::OutcomeUnknown(Failure::Withdrawn) | CallError::NotExecuted(Failure::Withdrawn)
    )
}

/// Whether only the deadline ended the call, and the same call might still succeed.
fn ran_out_of_time(row: &InFlight, error: &CallError) -> bool {
    let (CallError::OutcomeUnknown(failure) | CallError::NotExecuted(failure)) = error else {
        return false;
    };
    row.is_repeatable_after(error)
        && match failure {
            Failure::NotShown | Failure::Withdrawn => false,
            _ => matches!(failure.verdict().helps, Helps::Retry | Helps::SlowDown),
        }
}
