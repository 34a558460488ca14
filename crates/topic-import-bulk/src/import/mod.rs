//! Imports the rows of a journal, with as many calls in flight as the service's latency requires to use the quota.

mod claims;
mod concurrency;
mod decide;
mod done;
mod end;
mod escalations;
mod records;
mod settings;

pub use end::{BlockedGroup, ImportEnd, RowError, RowFailure};
pub use settings::ImportSettings;

use std::collections::HashMap;
use std::future;
use std::sync::Arc;
use std::time::Duration;

use topic_import_async::Client;
use topic_import_core::{Call, CallError, GroupId, Operation, Scope};

use self::claims::Claims;
use self::concurrency::{Load, rows_ahead};
use self::decide::{Decision, Fate, Held, RunFate, Situation, decide};
use self::done::Done;
use self::escalations::Escalations;
use self::records::Records;
use crate::calls::{CallsInFlight, Ended, Event, Stop, StopReason, WorkProgress};
use crate::journal::{
    Cause, ClaimedRow, Hold, Journal, JournalError, Lease, Notice, Record, Summary, Usage,
};
use crate::outcome::Outcome;
use crate::request::Request;

/// How often to check again whether a further row may be started, while nothing else happens.
const RECONSIDER_EVERY: Duration = Duration::from_millis(500);

/// Why a topic is held whose community is a row as well.
const COMMUNITY_MISSING: &str = "its community is not there, and is a row of this run";

/// Imports what is left of a journal's rows.
///
/// A row is in flight in the journal before its call leaves, and its outcome is there 0.2 s after the answer. A row
/// that has an outcome is not called again; one that was in flight when an earlier invocation ended is settled.
///
/// Once anything of a run was destroyed, its import sends nothing new: it only settles rows that may have been executed.
///
/// Communities come first, and topics only when what became of every community is known. The topics of a community that
/// is one of the rows and is not there are held without a call.
///
/// Others may work on the journal at the same time. What one of them finds of a blocked group, or of a failure that
/// every row would meet, is heeded here as well, and the end comes only when none of them has a row left.
///
/// Until the service has answered once, only one row is in flight; the run gives up if no answer comes within 15 s, or if
/// that row ends as unknown. When `stop` is ready, no further row is started; what is in flight is awaited and recorded.
/// `report` is told of every row that has an outcome and whose topic is not there.
///
/// Must be called within a tokio runtime.
///
/// # Errors
/// If the journal cannot be used at the start. If it fails later, that stops the import.
pub async fn import<J: Journal>(
    client: &Client,
    journal: &J,
    settings: &ImportSettings,
    progress: &Arc<WorkProgress>,
    stop: impl Future<Output = ()>,
    report: impl FnMut(&RowFailure),
) -> Result<ImportEnd, JournalError> {
    let mut stop = Stop::new(stop, progress);
    let found = stop.wait(journal, journal.summary()).await?;
    let role = settings.role(found.is_undone());
    stop.wait(journal, journal.begin(role)).await?;
    let before = stop.wait(journal, journal.summary()).await?;
    let mut run = Run::new(client, journal, before, settings, progress, report);
    if run.unsettled == Some(0) {
        run.claims.exhaust();
    }
    for notice in stop.take_notices() {
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
            event = run.calls.next() => run.take(event),
            notice = journal.next_notice() => run.heed(notice),
            recorded = run.records.recorded(|| used(client, progress)), if run.records.are_under_way() => run.check(recorded),
            claimed = run.claims.claimed(), if run.claims.are_awaited() => run.check(claimed),
            () = tokio::time::sleep(RECONSIDER_EVERY), if run.waits_for_room() => {}
            () = progress.statistics().call_has_left(), if run.waits_for_room() => {}
            () = future::ready(()), if run.has_room() => run.take_next(),
        }
    }
    Ok(run.end(stop).await)
}

struct Run<'a, J, F> {
    client: &'a Client,
    journal: &'a J,
    /// The summary of all rows when this invocation began.
    before: Summary,
    lease: Lease,
    settings: &'a ImportSettings,
    progress: &'a Arc<WorkProgress>,
    report: F,
    claims: Claims<'a, J>,
    records: Records<'a, J>,
    calls: CallsInFlight<'a, ClaimedRow, Done>,
    blocked_groups: HashMap<GroupId, u64>,
    escalations: Escalations,
    /// How many rows of an undone run may have been executed and are not taken up yet; `None` if every row is imported.
    unsettled: Option<u64>,
    /// How many rows ended as unknown since the service last answered.
    unknown_in_turn: u64,
    /// When a row was last started, as time since the import began.
    last_started: Duration,
    stopped: Option<StopReason>,
}

impl<'a, J: Journal, F: FnMut(&RowFailure)> Run<'a, J, F> {
    fn new(
        client: &'a Client,
        journal: &'a J,
        before: Summary,
        settings: &'a ImportSettings,
        progress: &'a Arc<WorkProgress>,
        report: F,
    ) -> Self {
        Self {
            client,
            journal,
            escalations: Escalations::new(before.imported + before.existing > 0),
            unsettled: before.is_undone().then(|| in_doubt(&before)),
            before,
            lease: journal.lease(),
            settings,
            progress,
            report,
            claims: Claims::new(journal),
            records: Records::new(journal),
            calls: CallsInFlight::new(client, &settings.calls, progress),
            blocked_groups: HashMap::new(),
            unknown_in_turn: 0,
            last_started: Duration::ZERO,
            stopped: None,
        }
    }

    fn goes_on(&self) -> bool {
        let wants_rows = self.stopped.is_none() && !self.claims.are_over();
        let is_calling = !self.calls.is_empty() || self.claims.are_under_way();
        // Unless the import stops, it waits for outcomes to be recorded, however long the journal is out of reach.
        let is_recording = self.stopped.is_none() && self.records.are_under_way();
        wants_rows || is_calling || is_recording
    }

    fn claim_ahead(&mut self) {
        if self.stopped.is_none() {
            // Nothing more comes before these are there: no row is left, or others are waited for.
            if !self.claims.are_ready() && self.calls.is_empty() {
                self.records.hasten();
            }
            self.claims.keep_ahead(rows_ahead(self.client.rate()));
        }
    }

    fn wants_rows(&self) -> bool {
        self.stopped.is_none() && self.claims.are_ready()
    }

    fn has_room(&self) -> bool {
        self.wants_rows()
            && self.lease.lasts()
            && self.records.have_room()
            && self.load().has_room()
    }

    fn waits_for_room(&self) -> bool {
        self.wants_rows() && !self.has_room()
    }

    fn load(&self) -> Load {
        let statistics = self.progress.statistics();
        Load {
            rate: self.client.rate(),
            most_in_flight: self.settings.concurrency,
            has_answered: self.progress.answers().are_some(),
            has_unnamed: self.claims.have_unnamed(),
            latency: statistics.latency(),
            in_flight: self.calls.len(),
            unsent: statistics.unsent(),
            troubled: statistics.troubled(),
            failed_in_turn: statistics.failed_in_turn(),
            since_last_start: self
                .progress
                .since_start()
                .saturating_sub(self.last_started),
        }
    }

    fn take_next(&mut self) {
        let Some(row) = self.claims.next() else {
            return;
        };
        if self.lease.is_lost(row.lease) {
            return;
        }
        if let Some(unsettled) = &mut self.unsettled {
            *unsettled = unsettled.saturating_sub(u64::from(row.is_in_doubt()));
            if *unsettled == 0 {
                self.claims.exhaust();
            }
        }
        if row.was_in_flight() && !row.request.is_named() {
            return self.end_in_flight(row);
        }
        if self.unsettled.is_some() && !(row.is_in_doubt() && row.request.is_named()) {
            return self.release(&row);
        }
        // The row was called for, so its community existed then, even if it has been destroyed since.
        if row.is_blocked && row.is_in_doubt() && row.request.is_named() {
            return self.start(row);
        }
        let group_id = row.request.group_id();
        if row.is_blocked && !self.blocked_groups.contains_key(group_id) {
            self.blocked_groups.insert(group_id.clone(), 0);
        }
        if let Some(held) = self.blocked_groups.get_mut(group_id) {
            if row.is_in_doubt() {
                return self.release(&row);
            }
            *held += 1;
            let mut record = Record::new(row.number, Outcome::Held);
            if row.is_blocked {
                record.cause = Cause::new(COMMUNITY_MISSING);
            }
            return self.count(record);
        }
        self.start(row);
    }

    fn start(&mut self, row: ClaimedRow) {
        match row.request.clone() {
            Request::Community(community) => self.call(row, Arc::clone(community.request())),
            Request::Topic(topic) => self.call(row, topic),
        }
        self.last_started = self.progress.since_start();
    }

    fn call<C>(&mut self, row: ClaimedRow, operation: C)
    where
        C: Operation<Output: Into<Done>> + Send + 'static,
    {
        let mut call = Call::new(operation);
        if row.is_in_doubt() {
            call = call.resumed();
        }
        let lease = (self.lease.clone(), row.lease);
        self.calls.start(row, call, lease);
    }

    fn take(&mut self, event: Event<ClaimedRow, Done>) {
        match event {
            Event::Gone => {}
            Event::Ended(Ended {
                what: row,
                began,
                result,
            }) => match result {
                Ok(done) => self.finish_imported(&row, done),
                Err(error) => self.finish_failed(row, began, error),
            },
            Event::Abandoned(rows) => self.abandon(rows),
        }
    }

    fn finish_imported(&mut self, row: &ClaimedRow, done: Done) {
        self.unknown_in_turn = 0;
        self.escalations.note_imported(row.request.kind());
        let mut record = Record::new(row.number, done.outcome);
        record.topic_id = done.topic_id.filter(|_| !row.request.is_named());
        self.count(record);
    }

    fn finish_failed(&mut self, mut row: ClaimedRow, began: Duration, error: CallError) {
        if error.code().is_some() {
            self.unknown_in_turn = 0;
        }
        let situation = Situation {
            began,
            answers: self.progress.answers(),
            give_up_after: self.settings.calls.give_up_after,
            is_stopping: self.stopped.is_some(),
            unknown_in_turn: self.unknown_in_turn,
        };
        let scope = self.scope(&row, &error);
        if error.maybe_executed() {
            row.before = Outcome::InFlight;
        }
        match decide(&error, scope, situation) {
            Decision::PutBack => {
                if let Some(unsettled) = &mut self.unsettled {
                    *unsettled += u64::from(row.is_in_doubt());
                }
                self.claims.put_back(row);
            }
            Decision::CallAgain => self.start(row),
            Decision::Over(fate) => self.finish_over(row, error, fate),
        }
    }

    /// How far the failure reaches, given the failures before it.
    fn scope(&mut self, row: &ClaimedRow, error: &CallError) -> Scope {
        match error {
            CallError::Rejected(refusal)
                if self
                    .escalations
                    .reaches_every_row(refusal, row.request.group_id()) =>
            {
                Scope::All
            }
            _ => error.scope(),
        }
    }

    fn finish_over(&mut self, row: ClaimedRow, error: CallError, fate: Fate) {
        if let Some(held) = fate.holds {
            self.hold(held, &row, &error);
        }
        self.count(Record {
            cause: Cause::from(&error),
            ..Record::new(row.number, fate.outcome)
        });
        self.unknown_in_turn += u64::from(fate.was_silent);
        let failure = RowFailure {
            place: row.place,
            request: row.request,
            outcome: fate.outcome,
            error: RowError::Call(error),
        };
        if fate.is_reported {
            (self.report)(&failure);
        }
        let RowError::Call(error) = failure.error else {
            return;
        };
        match fate.run {
            RunFate::GoesOn => {}
            RunFate::EveryCallFails => self.stop(StopReason::EveryCallFails(error)),
            RunFate::GivesUp => self.stop(StopReason::GaveUp(error)),
        }
    }

    /// Keeps further rows from being called, here and in the other processes that work on the journal.
    fn hold(&mut self, held: Held, row: &ClaimedRow, error: &CallError) {
        let group_id = match held {
            Held::Group => {
                let group_id = row.request.group_id().clone();
                self.blocked_groups.entry(group_id.clone()).or_default();
                Some(group_id)
            }
            Held::Run => None,
        };
        self.journal
            .hold(Hold::new(group_id, row.place.line, Cause::from(error)));
    }

    fn heed(&mut self, notice: Notice) {
        match notice {
            Notice::Held(hold) => match hold.group_id {
                Some(group_id) => {
                    self.blocked_groups.entry(group_id).or_default();
                }
                None => self.stop(StopReason::EveryCallFailsElsewhere(hold)),
            },
            notice => self.progress.heed(notice),
        }
    }

    /// Records a row as unknown: its answer was lost, and without a TopicId there is no way to find out what happened.
    fn end_in_flight(&mut self, row: ClaimedRow) {
        self.count(Record {
            cause: Cause::new(RowError::EndedInFlight.to_string()),
            ..Record::new(row.number, Outcome::Unknown)
        });
        (self.report)(&RowFailure {
            place: row.place,
            request: row.request,
            outcome: Outcome::Unknown,
            error: RowError::EndedInFlight,
        });
    }

    fn count(&mut self, record: Record) {
        let outcome = record.outcome;
        if !outcome.is_open() {
            self.progress.row_done(outcome);
        }
        self.records.add(record);
    }

    /// Restores the outcome that a row had before it was claimed, because it was not sent.
    fn release(&mut self, row: &ClaimedRow) {
        self.records.add(Record::new(row.number, row.before));
    }

    fn check(&mut self, result: Result<(), JournalError>) {
        if let Err(error) = result {
            return self.stop(StopReason::Journal(error));
        }
        self.progress.note_journal_there();
        if self.stopped.is_some() {
            self.release_claims();
        }
    }

    fn release_claims(&mut self) {
        for row in self.claims.give_up() {
            self.release(&row);
        }
    }

    /// Starts no further row, sends no further attempt, and releases the rows that have not been sent. If this is
    /// called again, the first reason counts.
    fn stop(&mut self, reason: StopReason) {
        for row in self.calls.stop() {
            self.release(&row);
        }
        self.release_claims();
        self.stopped.get_or_insert(reason);
    }

    /// Handles rows whose calls are no longer awaited. A row that may have been executed stays in flight, to be settled
    /// by a later import; without a TopicId it cannot be settled, and is recorded as unknown.
    fn abandon(&mut self, rows: Vec<(ClaimedRow, bool)>) {
        self.claims.abandon();
        for (row, has_left) in rows {
            if !has_left {
                self.release(&row);
            } else if !row.request.is_named() {
                self.end_in_flight(row);
            }
        }
    }

    async fn end<S: Future<Output = ()>>(mut self, mut stop: Stop<'_, S>) -> ImportEnd {
        if self.stopped.is_some() {
            stop.note();
        }
        let journal = self.journal;
        let last = async {
            let recorded = self.records.finish(used(self.client, self.progress)).await;
            recorded.and(journal.leave().await)
        };
        let recorded = stop.wait(journal, last).await;
        // If the journal has used up its time already, its summary is not waited for either.
        let summary = match recorded {
            Err(JournalError::OutOfReach) => Err(JournalError::OutOfReach),
            _ => stop.wait(journal, journal.summary()).await,
        };
        let (mut summary, unread) = match summary {
            Ok(summary) => (summary, None),
            Err(error) => (self.before, Some(error)),
        };
        let mut unrecorded = recorded.err().or(unread);
        if matches!(
            self.stopped,
            None | Some(StopReason::Interrupted | StopReason::Journal(_))
        ) && let Some(error) = unrecorded.take()
        {
            self.stopped = Some(error.into());
        }
        if summary.is_complete() {
            self.stopped = None;
        }
        let used = self.progress.statistics().usage();
        (summary.calls, summary.throttled) = (used.calls, used.throttled);
        summary.seconds = (self.progress.since_start().as_secs_f64() * 1000.0).round() / 1000.0;
        let mut blocked_groups: Vec<BlockedGroup> = self
            .blocked_groups
            .into_iter()
            .map(|(group_id, rows)| BlockedGroup { group_id, rows })
            .collect();
        blocked_groups.sort_by(|a, b| a.group_id.cmp(&b.group_id));
        ImportEnd {
            summary,
            blocked_groups,
            stopped: self.stopped,
            unrecorded,
            may_have_sent: self.progress.gate().may_have_sent(),
        }
    }
}

/// How many rows may have been executed, by the journal.
fn in_doubt(summary: &Summary) -> u64 {
    let outcomes = [Outcome::InFlight, Outcome::Unknown].into_iter();
    let rows = outcomes.map(|outcome| summary.of(outcome) + summary.communities.of(outcome));
    rows.sum()
}

/// What an import has used so far, for the journal.
fn used(client: &Client, progress: &WorkProgress) -> Usage {
    Usage {
        rate: client.rate().per_second(),
        ..progress.statistics().usage()
    }
}
