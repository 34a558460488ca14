//! Imports the rows of a journal: as many at once as the latency asks for, under one quota, to a polite end.

mod claims;
mod end;
mod escalations;
mod records;
mod settings;

pub use end::{BlockedGroup, RowError, RowFailure, RunEnd, StopReason};
pub use settings::RunSettings;

use std::collections::HashMap;
use std::future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use tokio::task::{self, JoinSet};
use topic_import_async::Client;
use topic_import_core::{
    Call, CallError, Code, Escalation, Failure, GroupId, ImportTopic, Imported, Operation as _,
    Scope,
};

use self::claims::Claims;
use self::escalations::Escalations;
use self::records::Records;
use crate::journal::{ClaimedRow, Hold, Journal, JournalError, Lease, Notice, Record};
use crate::live::{Live, RowInFlight};
use crate::stop::Stop;
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
/// The same for rows without a TopicId: those that wait for their slot when the process is killed stay unknown.
const SPARE_UNNAMED: usize = 2;
/// Rows that wait for the service or the network to recover hold up no others, up to so many.
const MOST_TROUBLED: usize = 1024;
/// Rows claimed ahead without pacing.
const UNPACED_AHEAD: usize = 1024;
/// With pacing, rows are claimed ahead for a second divided by this …
const AHEAD_PER_SECOND: usize = 5;
/// … and wait for their first slot for a second divided by this at most.
const UNSENT_PER_SECOND: usize = 10;

/// Imports what is left of a journal's rows.
///
/// A row is in flight in the journal before its call leaves, and its outcome is there 0.2 s after the answer. A row
/// that has an outcome is not called again; one that was in flight when an earlier invocation ended is settled.
///
/// Others may work on the journal at the same time. What one of them finds of a blocked group, or of a failure that
/// every row would meet, is heeded here as well, and the end comes only when none of them has a row left.
///
/// Until the service has answered once, a single row is in flight, and after [`FIRST_ANSWER_WITHIN`], or with a row
/// whose outcome stays unknown, the run gives up. When `stop` is ready, no further row is started; what is in flight
/// is awaited and recorded. `report` is told of every row that has an outcome and whose topic is not there.
///
/// Must be called within a tokio runtime.
///
/// # Errors
/// Where the journal cannot be used at the beginning; later, that stops the run.
pub async fn run<J: Journal>(
    client: &Client,
    journal: &J,
    settings: &RunSettings,
    live: &Arc<Live>,
    stop: impl Future<Output = ()>,
    report: impl FnMut(&RowFailure),
) -> Result<RunEnd, JournalError> {
    let mut stop = Stop::new(stop, live);
    stop.wait(journal, journal.begin(settings.role())).await?;
    let before = stop.wait(journal, journal.summary()).await?;
    let mut run = Run::new(client, journal, before, settings, live, report);
    for notice in stop.take_heard() {
        run.heed(notice);
    }
    if stop.is_requested() {
        run.stop(StopReason::Interrupted);
    }
    while run.goes_on() {
        run.claim_ahead();
        tokio::select! {
            biased;
            () = stop.requested() => run.stop(StopReason::Interrupted),
            Some(joined) = run.tasks.join_next_with_id() => run.finish(joined),
            notice = journal.heard() => run.heed(notice),
            recorded = run.records.recorded(|| run.settings.used(live)), if run.records.are_under_way() => run.check(recorded),
            claimed = run.claims.claimed(), if run.claims.are_awaited() => run.check(claimed),
            () = drained(run.drain_until, live) => run.abandon(),
            () = tokio::time::sleep(RECONSIDER_EVERY), if run.waits_for_room() => {}
            () = live.row_has_left(), if run.waits_for_room() => {}
            () = future::ready(()), if run.has_room() => run.take_next(),
        }
    }
    Ok(run.end(stop).await)
}

async fn drained(until: Option<Duration>, live: &Live) {
    match until {
        Some(until) => tokio::time::sleep(until.saturating_sub(live.since_start())).await,
        None => future::pending().await,
    }
}

struct Run<'a, J, F> {
    client: &'a Client,
    journal: &'a J,
    /// Where all rows were when this began.
    before: Summary,
    lease: Lease,
    settings: &'a RunSettings,
    live: &'a Arc<Live>,
    report: F,
    claims: Claims<'a, J>,
    records: Records<'a, J>,
    tasks: JoinSet<Result<Imported, CallError>>,
    in_flight: HashMap<task::Id, InFlight>,
    blocked_groups: HashMap<GroupId, u64>,
    escalations: Escalations,
    /// Rows whose outcome nobody knows, since the service last answered.
    unknown_in_turn: u64,
    /// When a row was last started, since the run's start.
    last_started: Duration,
    stopped: Option<StopReason>,
    /// When calls in flight are no longer awaited, since the run's start.
    drain_until: Option<Duration>,
}

struct InFlight {
    row: ClaimedRow,
    /// Since the run's start.
    started: Duration,
    /// An attempt may have been executed.
    has_left: Arc<AtomicBool>,
    task: task::AbortHandle,
}

impl<'a, J: Journal, F: FnMut(&RowFailure)> Run<'a, J, F> {
    fn new(
        client: &'a Client,
        journal: &'a J,
        before: Summary,
        settings: &'a RunSettings,
        live: &'a Arc<Live>,
        report: F,
    ) -> Self {
        Self {
            client,
            journal,
            escalations: Escalations::new(before.imported + before.existing > 0),
            before,
            lease: journal.lease(),
            settings,
            live,
            report,
            claims: Claims::new(journal),
            records: Records::new(journal),
            tasks: JoinSet::new(),
            in_flight: HashMap::new(),
            blocked_groups: HashMap::new(),
            unknown_in_turn: 0,
            last_started: Duration::ZERO,
            stopped: None,
            drain_until: None,
        }
    }

    fn goes_on(&self) -> bool {
        let wants_rows = self.stopped.is_none() && !self.claims.are_over();
        let is_calling = !self.tasks.is_empty() || self.claims.are_under_way();
        // While nothing is in its way, recording is part of the work: it may take as long as the journal is away.
        let is_recording = self.stopped.is_none() && self.records.are_under_way();
        wants_rows || is_calling || is_recording
    }

    fn claim_ahead(&mut self) {
        let per_second = self
            .settings
            .rate
            .per_second()
            .map(|rate| rate.get() as usize);
        if self.stopped.is_none() {
            if self.claims.are_over() && self.tasks.is_empty() {
                self.records.hasten();
            }
            self.claims.keep_ahead(match per_second {
                None => UNPACED_AHEAD,
                Some(rate) => rate.div_ceil(AHEAD_PER_SECOND),
            });
        }
    }

    fn wants_rows(&self) -> bool {
        self.stopped.is_none() && self.claims.are_ready()
    }

    fn has_room(&self) -> bool {
        self.wants_rows()
            && self.lease.lasts()
            && self.records.have_room()
            && self.in_flight.len() < self.concurrency()
            && self.live.unsent() < self.most_unsent()
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
        let asked_for = match self.settings.rate.per_second() {
            None => UNPACED_CONCURRENCY,
            Some(rate) => {
                let micros = u128::from(rate.get()) * self.live.latency().as_micros();
                let on_their_way = usize::try_from(micros / 1_000_000).unwrap_or(usize::MAX);
                if self.claims.have_unnamed() {
                    on_their_way.saturating_add(SPARE_UNNAMED)
                } else {
                    on_their_way
                        .saturating_mul(2)
                        .saturating_add(SPARE_CONCURRENCY)
                }
            }
        };
        let troubled = usize::try_from(self.live.troubled()).unwrap_or(usize::MAX);
        asked_for.saturating_add(troubled.min(MOST_TROUBLED))
    }

    /// With pacing, few rows wait for their first slot: after one slow answer, the average latency would ask for many,
    /// and those that wait here wait for their turn with nobody else.
    fn most_unsent(&self) -> usize {
        match self.settings.rate.per_second() {
            None => usize::MAX,
            Some(_) if self.claims.have_unnamed() => SPARE_UNNAMED,
            Some(rate) => (rate.get() as usize / UNSENT_PER_SECOND).max(SPARE_CONCURRENCY),
        }
    }

    fn take_next(&mut self) {
        let Some(row) = self.claims.next() else {
            return;
        };
        if self.lease.is_lost(row.lease) {
            return;
        }
        if row.was_in_flight() && row.topic.topic_id().is_none() {
            return self.cut_off(row);
        }
        if let Some(held) = self.blocked_groups.get_mut(row.topic.group_id()) {
            if row.is_in_doubt() {
                return self.release(&row);
            }
            *held += 1;
            return self.count(Record::new(row.number, Outcome::Held));
        }
        self.start(row);
    }

    fn start(&mut self, row: ClaimedRow) {
        let allowed = match self.live.last_answer() {
            Some(_) => self.settings.give_up_after,
            None => self.settings.give_up_after.min(FIRST_ANSWER_WITHIN),
        };
        let mut call = Call::new(Arc::clone(&row.topic))
            .with_deadline(allowed)
            .with_unreachable_deadline(allowed);
        if row.is_in_doubt() {
            call = call.resumed();
        }
        let client = self.client.clone();
        let has_left = Arc::new(AtomicBool::new(false));
        let mut watch = RowInFlight::new(
            Arc::clone(self.live),
            ImportTopic::COMMAND,
            Arc::clone(&has_left),
            (self.lease.clone(), row.lease),
        );
        let task = self
            .tasks
            .spawn(async move { client.run(call, |event| watch.observe(&event)).await });
        let started = self.live.since_start();
        self.last_started = started;
        self.in_flight.insert(
            task.id(),
            InFlight {
                row,
                started,
                has_left,
                task,
            },
        );
    }

    fn finish(&mut self, joined: Result<(task::Id, Result<Imported, CallError>), task::JoinError>) {
        let (id, outcome) = match joined {
            Ok(joined) => joined,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => return,
            },
        };
        let Some(called) = self.in_flight.remove(&id) else {
            return;
        };
        match outcome {
            Ok(imported) => self.finish_imported(&called.row, imported),
            Err(error) => self.finish_failed(called, error),
        }
    }

    fn finish_imported(&mut self, row: &ClaimedRow, imported: Imported) {
        self.note_answer();
        let (outcome, topic_id) = match imported {
            Imported::Existing(id) => (Outcome::Existing, id),
            Imported::Created(id) => (Outcome::Imported, id),
        };
        self.escalations.note_imported();
        let mut record = Record::new(row.number, outcome);
        record.topic_id = row.topic.topic_id().is_none().then_some(topic_id);
        self.count(record);
    }

    fn finish_failed(&mut self, called: InFlight, error: CallError) {
        if error.code().is_some() {
            self.note_answer();
        } else if error.maybe_executed() {
            self.live.note_sent();
        }
        let has_no_lease = is_withdrawn(&error) && self.stopped.is_none();
        if has_no_lease || self.deserves_more_time(&called, &error) {
            let mut row = called.row;
            if error.maybe_executed() {
                row.before = Outcome::InFlight;
            }
            if has_no_lease {
                return self.claims.put_back(row);
            }
            return self.start(row);
        }
        let scope = self.scope(&called.row, &error);
        self.tell_others(&called.row, &error, scope);
        let outcome = self.outcome(&called, &error, scope);
        let was_silent = self.was_silent_since(called.started);
        self.count(Record {
            code: error.code().map(Code::get),
            message: Some(error.cause().to_string()),
            ..Record::new(called.row.number, outcome)
        });
        self.follow_up(called.row, outcome, error, scope, was_silent);
    }

    /// How far the failure reaches, by what was met before it.
    fn scope(&mut self, row: &ClaimedRow, error: &CallError) -> Scope {
        match error {
            CallError::Rejected(refusal)
                if self
                    .escalations
                    .reaches_every_row(refusal.code, row.topic.group_id()) =>
            {
                Scope::All
            }
            _ => error.scope(),
        }
    }

    /// Of a failure that concerns the rows of others as well, and not only this one's network or credentials.
    fn tell_others(&mut self, row: &ClaimedRow, error: &CallError, scope: Scope) {
        let is_of_the_app = error.code().is_some_and(|code| !code.blames_caller());
        let group_id = match scope {
            Scope::Group => Some(row.topic.group_id().clone()),
            Scope::All if is_of_the_app => None,
            _ => return,
        };
        if let Some(group_id) = &group_id {
            self.blocked_groups.entry(group_id.clone()).or_default();
        }
        let why = match error.refusal() {
            Some(refusal) => refusal.info.clone(),
            None => error.cause().to_string(),
        };
        self.journal
            .hold(Hold::new(group_id, row.line, error.code(), why));
    }

    fn heed(&mut self, notice: Notice) {
        match notice {
            Notice::Held(hold) => match hold.group_id {
                Some(group_id) => {
                    self.blocked_groups.entry(group_id).or_default();
                }
                None => self.stop(StopReason::SpoiledElsewhere(hold)),
            },
            notice => self.live.heed(notice),
        }
    }

    /// The row had only the time of a first answer, and the service has answered meanwhile.
    fn deserves_more_time(&self, called: &InFlight, error: &CallError) -> bool {
        error.ran_out_of_time()
            && called.started_before_first_answer(self.live)
            && !self.was_silent_since(called.started)
    }

    fn outcome(&self, called: &InFlight, error: &CallError, scope: Scope) -> Outcome {
        // Others may have got the last answers just after the call began.
        let half_way = called.started + self.settings.give_up_after / 2;
        let passes = scope == Scope::Nothing || self.was_silent_since(half_way);
        let in_doubt = error.maybe_executed();
        match error {
            _ if scope >= Scope::Group && !in_doubt => Outcome::Held,
            _ if scope >= Scope::Group && error.is_repeatable() => Outcome::InFlight,
            CallError::Rejected(refusal) if !is_verdict(refusal.code) => Outcome::Held,
            CallError::Rejected(_) => Outcome::Rejected,
            CallError::Conflict(_) => Outcome::Conflict,
            _ if is_withdrawn(error) || (error.ran_out_of_time() && passes) => {
                if in_doubt {
                    Outcome::InFlight
                } else {
                    Outcome::Pending
                }
            }
            CallError::NotExecuted(_) => Outcome::Rejected,
            _ => Outcome::Unknown,
        }
    }

    /// Stops the run where the failure says that going on is of no use, and reports it otherwise.
    fn follow_up(
        &mut self,
        row: ClaimedRow,
        outcome: Outcome,
        error: CallError,
        scope: Scope,
        was_silent: bool,
    ) {
        let failure = RowFailure {
            line: row.line,
            topic: row.topic,
            outcome,
            error: error.into(),
        };
        if scope == Scope::All {
            // Nothing settles it when the run goes on.
            if outcome == Outcome::Unknown {
                (self.report)(&failure);
            }
            return self.stop(StopReason::Spoiled(failure));
        }
        if outcome.is_open() && scope < Scope::Group {
            return self.stop(StopReason::GaveUp(failure));
        }
        (self.report)(&failure);
        if outcome == Outcome::Unknown && was_silent {
            self.unknown_in_turn += 1;
            let answered = self.live.last_answer().is_some();
            if !answered || self.unknown_in_turn >= MOST_UNKNOWN {
                self.stop(StopReason::GaveUp(failure));
            }
        }
    }

    /// An earlier invocation called the row, and nobody can say what became of it.
    fn cut_off(&mut self, row: ClaimedRow) {
        self.count(Record {
            message: Some(RowError::CutOff.to_string()),
            ..Record::new(row.number, Outcome::Unknown)
        });
        (self.report)(&RowFailure {
            line: row.line,
            topic: row.topic,
            outcome: Outcome::Unknown,
            error: RowError::CutOff,
        });
    }

    fn was_silent_since(&self, moment: Duration) -> bool {
        let last_answer = self.live.last_answer();
        last_answer.is_none_or(|answer| answer <= moment)
    }

    fn note_answer(&mut self) {
        self.live.note_decision();
        self.unknown_in_turn = 0;
    }

    fn count(&mut self, record: Record) {
        let outcome = record.outcome;
        if !outcome.is_open() {
            self.live.row_done(outcome);
        }
        self.records.add(record);
    }

    /// A row that has not left goes back to where it was before it was claimed.
    fn release(&mut self, row: &ClaimedRow) {
        self.records.add(Record::new(row.number, row.before));
    }

    fn check(&mut self, result: Result<(), JournalError>) {
        if let Err(error) = result {
            return self.stop(StopReason::Journal(error));
        }
        self.live.note_journal_away(None);
        if self.stopped.is_some() {
            self.release_claims();
        }
    }

    fn release_claims(&mut self) {
        for row in self.claims.give_up() {
            self.release(&row);
        }
    }

    /// Starts no further row, lets no attempt leave, and takes back the rows that have not left. The first reason
    /// counts.
    fn stop(&mut self, reason: StopReason) {
        self.live.stop();
        let waiting = self
            .in_flight
            .extract_if(|_, called| !called.has_left.load(SeqCst));
        let waiting: Vec<InFlight> = waiting.map(|(_, called)| called).collect();
        for called in waiting {
            called.task.abort();
            self.release(&called.row);
        }
        self.release_claims();
        self.stopped.get_or_insert(reason);
        self.drain_until
            .get_or_insert(self.live.since_start() + self.settings.drain_for);
    }

    /// Awaits calls in flight no longer. Without a TopicId, nobody can say what became of them.
    fn abandon(&mut self) {
        self.tasks.abort_all();
        self.claims.abandon();
        self.drain_until = Some(Duration::MAX);
        for (_, called) in std::mem::take(&mut self.in_flight) {
            self.live.note_sent();
            if !called.has_left.load(SeqCst) {
                self.release(&called.row);
            } else if called.row.topic.topic_id().is_none() {
                self.cut_off(called.row);
            }
        }
    }

    async fn end<S: Future<Output = ()>>(mut self, mut stop: Stop<'_, S>) -> RunEnd {
        if self.stopped.is_some() {
            stop.note();
        }
        let journal = self.journal;
        let last = async {
            let recorded = self.records.finish(self.settings.used(self.live)).await;
            recorded.and(journal.leave().await)
        };
        let recorded = stop.wait(journal, last).await;
        let summary = match recorded {
            // It has been waited for long enough.
            Err(JournalError::OutOfReach) => recorded.map(|()| Summary::default()),
            Err(error) => {
                self.stopped = Some(StopReason::Journal(error));
                stop.wait(journal, journal.summary()).await
            }
            Ok(()) => stop.wait(journal, journal.summary()).await,
        };
        let mut summary = match summary {
            Ok(summary) => summary,
            Err(JournalError::OutOfReach) => {
                self.stopped = Some(StopReason::Journal(JournalError::OutOfReach));
                self.before
            }
            Err(error) => {
                self.stopped.get_or_insert(StopReason::Journal(error));
                self.before
            }
        };
        if summary.is_complete() {
            self.stopped = None;
        }
        summary.calls = self.live.usage().calls;
        summary.seconds = (self.live.since_start().as_secs_f64() * 1000.0).round() / 1000.0;
        let mut blocked_groups: Vec<BlockedGroup> = self
            .blocked_groups
            .into_iter()
            .map(|(group_id, rows)| BlockedGroup { group_id, rows })
            .collect();
        blocked_groups.sort_by(|a, b| a.group_id.cmp(&b.group_id));
        RunEnd {
            summary,
            blocked_groups,
            stopped: self.stopped,
            may_have_sent: self.live.may_have_sent(),
        }
    }
}

/// Whether the run took the call back, when it stopped or when its lease was over.
fn is_withdrawn(error: &CallError) -> bool {
    matches!(error.failure(), Some(Failure::Withdrawn))
}

/// Whether a refusal with this code says anything of the row itself.
fn is_verdict(code: Code) -> bool {
    !matches!(code.escalation(), Escalation::RowsInTurn(_))
}

impl InFlight {
    fn started_before_first_answer(&self, live: &Live) -> bool {
        let first_answer = live.first_answer();
        first_answer.is_none_or(|answer| self.started < answer)
    }
}
