//! Outcomes on their way into the journal.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::journal::{Journal, JournalError, Record, Usage};

/// How long an outcome waits for others to be recorded with it. It is to be in the journal at most 0.2 s after the
/// answer, so this leaves the other half of that time to the disk.
const RECORD_WITHIN: Duration = Duration::from_millis(100);
/// This many outcomes are recorded without waiting for more.
const FULL_BATCH: usize = 1024;
/// While this many outcomes wait to be recorded, no further row is started.
const MOST_WAITING: usize = 4 * FULL_BATCH;

type Recording<'a> = Pin<Box<dyn Future<Output = Result<(), JournalError>> + Send + 'a>>;

/// Collects outcomes and records many of them with one commit.
pub(super) struct Records<'a, J> {
    journal: &'a J,
    waiting: Vec<Record>,
    /// When the waiting outcomes are recorded, even if they are fewer than [`FULL_BATCH`].
    due: Option<Instant>,
    recording: Option<(Arc<[Record]>, Recording<'a>)>,
}

impl<'a, J: Journal> Records<'a, J> {
    pub(super) fn new(journal: &'a J) -> Self {
        Self {
            journal,
            waiting: Vec::new(),
            due: None,
            recording: None,
        }
    }

    pub(super) fn add(&mut self, record: Record) {
        self.due
            .get_or_insert_with(|| Instant::now() + RECORD_WITHIN);
        self.waiting.push(record);
    }

    pub(super) fn have_room(&self) -> bool {
        self.waiting.len() < MOST_WAITING
    }

    pub(super) fn are_under_way(&self) -> bool {
        self.recording.is_some() || self.due.is_some()
    }

    /// Waits until outcomes have been recorded. Those that could not be recorded wait again. If the future is dropped,
    /// no outcome is lost.
    pub(super) async fn recorded(&mut self, usage: impl Fn() -> Usage) -> Result<(), JournalError> {
        if self.recording.is_none() {
            if self.waiting.len() < FULL_BATCH
                && let Some(due) = self.due
            {
                tokio::time::sleep_until(due).await;
            }
            self.begin(usage());
        }
        let Some((_, recording)) = &mut self.recording else {
            return Ok(());
        };
        let result = recording.await;
        let records = self.recording.take();
        if let (Err(_), Some((records, _))) = (&result, records) {
            self.waiting.splice(0..0, records.iter().cloned());
        }
        result
    }

    /// Records the waiting outcomes now, without waiting for more.
    pub(super) fn hasten(&mut self) {
        if let Some(due) = &mut self.due {
            *due = Instant::now().min(*due);
        }
    }

    /// Records all outcomes that are left.
    pub(super) async fn finish(&mut self, usage: Usage) -> Result<(), JournalError> {
        if self.recording.is_some() {
            // Outcomes that cannot be recorded here are tried again below.
            let _ = self.recorded(|| usage).await;
        }
        self.due = Some(Instant::now());
        self.recorded(|| usage).await
    }

    fn begin(&mut self, usage: Usage) {
        let records: Arc<[Record]> = std::mem::take(&mut self.waiting).into();
        self.due = None;
        let recording = self.journal.record(Arc::clone(&records), usage);
        self.recording = Some((records, Box::pin(recording)));
    }
}
