//! Rows that were claimed in the journal and wait to be started.

use std::collections::VecDeque;
use std::pin::Pin;

use tokio::time::Instant;

use crate::journal::{Claimed, ClaimedRow, Journal, JournalError, Rest};

type Claiming<'a> = Pin<Box<dyn Future<Output = Result<Claimed, JournalError>> + Send + 'a>>;

/// Claims rows in advance, so that no row has to wait for a commit when it could be started.
pub(super) struct Claims<'a, J> {
    journal: &'a J,
    ready: VecDeque<ClaimedRow>,
    /// The claim that is under way, and the number of the lease when it began.
    claiming: Option<(u64, Claiming<'a>)>,
    /// When to claim again, because the last rows are with other processes, which may fail to finish them.
    ask_again: Option<Instant>,
    is_exhausted: bool,
    /// The number of the lease under which no row was left. If that is lost, the rows that are in flight may be claimed
    /// again.
    nothing_left_under: Option<u64>,
    /// Whether rows without a TopicId were among those claimed last; assumed before the first claim. Few such rows are
    /// claimed in advance, because each row that is claimed when the process is killed ends as unknown.
    has_unnamed: bool,
}

impl<'a, J: Journal> Claims<'a, J> {
    pub(super) fn new(journal: &'a J) -> Self {
        Self {
            journal,
            ready: VecDeque::new(),
            claiming: None,
            ask_again: None,
            is_exhausted: false,
            nothing_left_under: None,
            has_unnamed: true,
        }
    }

    /// The next row to start.
    pub(super) fn next(&mut self) -> Option<ClaimedRow> {
        self.ready.pop_front()
    }

    /// Takes back a row that could not be called yet.
    pub(super) fn put_back(&mut self, row: ClaimedRow) {
        self.ready.push_front(row);
    }

    pub(super) fn are_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether no row is left to be started.
    pub(super) fn are_over(&self) -> bool {
        self.is_nothing_left() && self.ready.is_empty()
    }

    fn is_nothing_left(&self) -> bool {
        let is_still_so = |&number: &u64| !self.journal.lease().is_lost(number);
        self.is_exhausted || self.nothing_left_under.as_ref().is_some_and(is_still_so)
    }

    /// Whether rows without a TopicId were among those claimed last.
    pub(super) const fn have_unnamed(&self) -> bool {
        self.has_unnamed
    }

    /// Whether the journal is claiming rows, and may already have claimed some.
    pub(super) fn are_under_way(&self) -> bool {
        self.claiming.is_some()
    }

    /// Whether [`claimed`](Self::claimed) is to be awaited.
    pub(super) fn are_awaited(&self) -> bool {
        self.claiming.is_some() || self.ask_again.is_some()
    }

    /// Begins to claim further rows if fewer than `ahead` are ready.
    pub(super) fn keep_ahead(&mut self, ahead: usize) {
        const FEWER_UNNAMED: usize = 16;
        let ahead = if self.has_unnamed {
            ahead.div_ceil(FEWER_UNNAMED)
        } else {
            ahead
        };
        if !self.are_awaited() && !self.is_nothing_left() && self.ready.len() < ahead {
            let lease = self.journal.lease().number();
            self.claiming = Some((lease, Box::pin(self.journal.claim(ahead))));
        }
    }

    /// Waits until rows have been claimed, or until it is time to claim again. If the future is dropped, no row is
    /// lost.
    pub(super) async fn claimed(&mut self) -> Result<(), JournalError> {
        if let Some(moment) = self.ask_again {
            tokio::time::sleep_until(moment).await;
            self.ask_again = None;
        }
        let Some((lease, claiming)) = &mut self.claiming else {
            return Ok(());
        };
        let (lease, claimed) = (*lease, claiming.await);
        self.claiming = None;
        let Claimed { rows, rest } = claimed?;
        match rest {
            Rest::More => {}
            Rest::AskAgainAfter(wait) => self.ask_again = Some(Instant::now() + wait),
            Rest::Nothing => self.nothing_left_under = Some(lease),
        }
        if !rows.is_empty() {
            self.has_unnamed = rows.iter().any(|row| !row.request.is_named());
        }
        self.ready.extend(rows);
        Ok(())
    }

    /// Claims no more rows.
    pub(super) fn exhaust(&mut self) {
        self.is_exhausted = true;
        self.ask_again = None;
    }

    /// Claims no more rows, and returns those that wait to be started.
    pub(super) fn give_up(&mut self) -> VecDeque<ClaimedRow> {
        self.exhaust();
        std::mem::take(&mut self.ready)
    }

    /// Stops waiting for the journal.
    pub(super) fn abandon(&mut self) {
        self.claiming = None;
    }
}
