//! From a journal's pages to lists of topics, or of communities, that one call can name.

use std::collections::VecDeque;
use std::pin::Pin;

use topic_import_core::{ImportTopic, KnownTopicId};

use crate::journal::{JournalError, Pages, RowPlace, StoredRow};
use crate::outcome::Outcome;
use crate::request::Community;

/// A topic or a community that one call can name together with others.
pub(super) trait Listed: Sized {
    /// Whether what one call names is in one community, so that what is wrong with it concerns all.
    const IS_OF_ONE_GROUP: bool;

    /// Reads it from a stored row.
    fn of(row: StoredRow) -> Result<Self, JournalError>;

    /// Whether one call can name both.
    fn goes_with(&self, other: &Self) -> bool;
}

/// A topic that exists according to the journal.
#[derive(Debug)]
pub(super) struct ListedTopic {
    /// The row's [number](crate::journal::ClaimedRow::number).
    pub(super) number: i64,
    pub(super) place: RowPlace,
    pub(super) topic_id: KnownTopicId,
    /// What was imported.
    pub(super) wanted: ImportTopic,
}

impl Listed for ListedTopic {
    const IS_OF_ONE_GROUP: bool = true;

    fn of(row: StoredRow) -> Result<Self, JournalError> {
        let wanted = row.topic()?;
        let StoredRow { number, place, .. } = row;
        let named = || wanted.topic_id().cloned().map(KnownTopicId::from);
        let topic_id = row.topic_id.or_else(named);
        Ok(Self {
            number,
            place,
            topic_id: topic_id.ok_or(JournalError::Damaged { number })?,
            wanted,
        })
    }

    fn goes_with(&self, other: &Self) -> bool {
        self.wanted.group_id() == other.wanted.group_id()
    }
}

/// A community that is there by the journal.
#[derive(Debug)]
pub(super) struct ListedCommunity {
    /// The row's [number](crate::journal::ClaimedRow::number).
    pub(super) number: i64,
    pub(super) place: RowPlace,
    /// What was imported.
    pub(super) wanted: Community,
}

impl Listed for ListedCommunity {
    const IS_OF_ONE_GROUP: bool = false;

    fn of(row: StoredRow) -> Result<Self, JournalError> {
        Ok(Self {
            wanted: row.community()?,
            number: row.number,
            place: row.place,
        })
    }

    fn goes_with(&self, _: &Self) -> bool {
        true
    }
}

/// What one call can name; never empty.
#[derive(Debug)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> List<T> {
    /// Keeps the first half of the topics, and returns the other half.
    pub(super) fn split_off_half(&mut self) -> Self {
        Self(self.0.split_off(self.0.len().div_ceil(2)))
    }
}

type Reading<P> = Pin<Box<dyn Future<Output = (P, Result<Vec<StoredRow>, JournalError>)> + Send>>;

/// What became of a journal's rows in lists, a page in memory at a time.
pub(super) struct Lists<P, T> {
    /// Only rows with these outcomes become topics of a list.
    outcomes: &'static [Outcome],
    most: usize,
    /// The last of these lists may continue on the next page.
    ready: VecDeque<List<T>>,
    /// `None` after the last page.
    reading: Option<Reading<P>>,
}

impl<P: Pages + 'static, T: Listed> Lists<P, T> {
    /// Lists of so many at most, from pages in which those stand together that one call can name.
    pub(super) fn new(pages: P, outcomes: &'static [Outcome], most: usize) -> Self {
        Self {
            outcomes,
            most,
            ready: VecDeque::new(),
            reading: Some(read(pages)),
        }
    }

    /// The next list. If the future is dropped, no list is lost.
    pub(super) async fn next(&mut self) -> Result<Option<List<T>>, JournalError> {
        while self.ready.len() < 2
            && let Some(reading) = &mut self.reading
        {
            let (pages, page) = reading.await;
            self.reading = None;
            let page = page?;
            if !page.is_empty() {
                self.reading = Some(read(pages));
                self.append(page)?;
            }
        }
        Ok(self.ready.pop_front())
    }

    fn append(&mut self, page: Vec<StoredRow>) -> Result<(), JournalError> {
        for row in page {
            // Another process may have changed the outcome of the row since the first page was read.
            if !self.outcomes.contains(&row.outcome) {
                continue;
            }
            let listed = T::of(row)?;
            match self.ready.back_mut() {
                Some(List(list)) if list.len() < self.most && list[0].goes_with(&listed) => {
                    list.push(listed);
                }
                _ => self.ready.push_back(List(vec![listed])),
            }
        }
        Ok(())
    }
}

fn read<P: Pages + 'static>(mut pages: P) -> Reading<P> {
    Box::pin(async move {
        let page = pages.next_page().await;
        (pages, page)
    })
}
