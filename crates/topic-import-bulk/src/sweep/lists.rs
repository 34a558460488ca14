//! From a journal's pages to lists of topics that one call can name.

use std::collections::VecDeque;
use std::pin::Pin;

use topic_import_core::{GroupId, ImportTopic, KnownTopicId};

use crate::journal::{JournalError, Pages, StoredRow};
use crate::outcome::Outcome;

/// A topic that is there by the journal.
#[derive(Debug)]
pub(super) struct ListedTopic {
    /// The row's place in the input, from 1.
    pub(super) number: u64,
    /// The line of the input on which the row begins.
    pub(super) line: u64,
    pub(super) topic_id: KnownTopicId,
    /// What was imported.
    pub(super) wanted: ImportTopic,
}

/// Topics of one group, at least one.
#[derive(Debug)]
pub(super) struct TopicList {
    pub(super) group_id: GroupId,
    pub(super) topics: Vec<ListedTopic>,
}

impl TopicList {
    pub(super) fn topic_ids(&self) -> Vec<KnownTopicId> {
        let topics = self.topics.iter();
        topics.map(|topic| topic.topic_id.clone()).collect()
    }

    /// Leaves the first half here and gives the other.
    pub(super) fn split_off_half(&mut self) -> Self {
        Self {
            group_id: self.group_id.clone(),
            topics: self.topics.split_off(self.topics.len().div_ceil(2)),
        }
    }
}

type Reading<P> = Pin<Box<dyn Future<Output = (P, Result<Vec<StoredRow>, JournalError>)> + Send>>;

/// The topics of a journal in lists, a page in memory at a time.
pub(super) struct Lists<P> {
    /// What the pages are to hold.
    outcomes: &'static [Outcome],
    most_topics: usize,
    /// The last one may go on with the next page.
    ready: VecDeque<TopicList>,
    /// `None` after the last page.
    reading: Option<Reading<P>>,
}

impl<P: Pages + 'static> Lists<P> {
    /// Lists of so many topics at most, from pages in which those of one group stand together.
    pub(super) fn new(pages: P, outcomes: &'static [Outcome], most_topics: usize) -> Self {
        Self {
            outcomes,
            most_topics,
            ready: VecDeque::new(),
            reading: Some(read(pages)),
        }
    }

    /// The next list. May be dropped and asked for again.
    pub(super) async fn next(&mut self) -> Result<Option<TopicList>, JournalError> {
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
            // Whoever works on the journal may have put the row elsewhere since the pages were begun.
            if !self.outcomes.contains(&row.outcome) {
                continue;
            }
            let topic = listed(row)?;
            let group_id = topic.wanted.group_id();
            match self.ready.back_mut() {
                Some(list)
                    if list.group_id == *group_id && list.topics.len() < self.most_topics =>
                {
                    list.topics.push(topic);
                }
                _ => self.ready.push_back(TopicList {
                    group_id: group_id.clone(),
                    topics: vec![topic],
                }),
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

fn listed(row: StoredRow) -> Result<ListedTopic, JournalError> {
    let wanted = row.topic()?;
    let StoredRow { number, line, .. } = row;
    let named = || wanted.topic_id().cloned().map(KnownTopicId::from);
    let topic_id = row.topic_id.or_else(named);
    Ok(ListedTopic {
        number,
        line,
        topic_id: topic_id.ok_or(JournalError::Damaged { number })?,
        wanted,
    })
}
