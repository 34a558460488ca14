//! A request to stop, and how long a journal is waited for then.

use std::future;
use std::pin::{Pin, pin};
use std::time::Duration;

use tokio::time::Instant;

use super::live::Live;
use crate::journal::{Journal, JournalError, Notice};

/// How long after a stop a journal is waited for that may be out of reach …
const JOURNAL_WITHIN: Duration = Duration::from_secs(6);
/// … and how long at least, however long the calls in flight took.
const JOURNAL_AT_LEAST: Duration = Duration::from_secs(2);

/// A request to stop, which may come while a journal is waited for.
pub(crate) struct Stop<'a, S> {
    request: Pin<Box<S>>,
    is_requested: bool,
    /// Since when the work is stopping, for this or for another reason.
    since: Option<Instant>,
    /// What was heard while the journal was waited for, and is not about the journal itself.
    heard: Vec<Notice>,
    live: &'a Live,
}

impl<'a, S: Future<Output = ()>> Stop<'a, S> {
    pub(crate) fn new(request: S, live: &'a Live) -> Self {
        Self {
            request: Box::pin(request),
            is_requested: false,
            since: None,
            heard: Vec::new(),
            live,
        }
    }

    /// Ready when it is requested, once. No attempt leaves from then on. May be dropped and asked for again.
    pub(crate) async fn requested(&mut self) {
        if self.is_requested {
            return future::pending().await;
        }
        self.request.as_mut().await;
        self.is_requested = true;
        self.live.gate().close();
        self.note();
    }

    pub(crate) const fn is_requested(&self) -> bool {
        self.is_requested
    }

    /// What is to be heeded of what was heard meanwhile.
    pub(crate) fn take_heard(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.heard)
    }

    /// The work stops, whoever wants it.
    pub(crate) fn note(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    /// Waits for a journal, and has it said where it is out of reach. Once the work stops, a journal that others can
    /// work on as well is waited for only a little longer: what it does not know then is settled by them.
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
                    self.live.note_journal_there();
                    return result;
                }
                () = self.requested() => {}
                notice = journal.heard() => match notice {
                    Notice::Held(_) => self.heard.push(notice),
                    notice => self.live.heed(notice),
                },
                () = over(until) => return Err(JournalError::OutOfReach),
            }
        }
    }
}

/// Ready at a moment, if there is one.
pub(super) async fn over(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => future::pending().await,
    }
}
