//! A request to stop, and how long the work still waits for its journal afterwards.

use std::future;
use std::pin::{Pin, pin};
use std::time::Duration;

use tokio::time::Instant;

use super::work_progress::WorkProgress;
use crate::journal::{Journal, JournalError, Notice};

/// How long after a stop the work waits for a journal that may be out of reach.
const JOURNAL_WITHIN: Duration = Duration::from_secs(6);
/// How long the work waits for each operation of such a journal at least, however long ago the stop was.
const JOURNAL_AT_LEAST: Duration = Duration::from_secs(2);

/// A request to stop, which may also come while the work waits for its journal.
pub(crate) struct Stop<'a, S> {
    request: Pin<Box<S>>,
    is_requested: bool,
    /// When the work began to stop, because of the request or for another reason.
    since: Option<Instant>,
    /// Notices about other things than the journal itself that came while the work waited for the journal.
    notices: Vec<Notice>,
    progress: &'a WorkProgress,
}

impl<'a, S: Future<Output = ()>> Stop<'a, S> {
    pub(crate) fn new(request: S, progress: &'a WorkProgress) -> Self {
        Self {
            request: Box::pin(request),
            is_requested: false,
            since: None,
            notices: Vec::new(),
            progress,
        }
    }

    /// Waits for the request, and completes only once. From then on, no attempt is sent. The future may be dropped and
    /// asked for again.
    pub(crate) async fn requested(&mut self) {
        if self.is_requested {
            return future::pending().await;
        }
        self.request.as_mut().await;
        self.is_requested = true;
        self.progress.gate().close();
        self.note();
    }

    pub(crate) const fn is_requested(&self) -> bool {
        self.is_requested
    }

    /// Takes the notices that came while the work waited for the journal.
    pub(crate) fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Notes that the work is stopping, for whatever reason.
    pub(crate) fn note(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    /// Waits for an operation of the journal, and makes it visible if the journal is out of reach. Once the work is
    /// stopping, it waits only a little longer for a journal that other processes can work on: they settle the rows
    /// whose outcomes the journal does not have.
    pub(crate) async fn wait<J: Journal, T>(
        &mut self,
        journal: &J,
        what: impl Future<Output = Result<T, JournalError>>,
    ) -> Result<T, JournalError> {
        let at_least = Instant::now() + JOURNAL_AT_LEAST;
        let is_shared = journal.lease().is_shared();
        let mut what = pin!(what);
        loop {
            let until = self
                .since
                .filter(|_| is_shared)
                .map(|since| at_least.max(since + JOURNAL_WITHIN));
            tokio::select! {
                biased;
                result = &mut what => {
                    self.progress.note_journal_there();
                    return result;
                }
                () = self.requested() => {}
                notice = journal.next_notice() => match notice {
                    Notice::Held(_) => self.notices.push(notice),
                    notice => self.progress.heed(notice),
                },
                () = over(until) => return Err(JournalError::OutOfReach),
            }
        }
    }
}

/// Waits until this moment, or forever if there is none.
pub(super) async fn over(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => future::pending().await,
    }
}
