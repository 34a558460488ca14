//! Journals for the promises to be asked of.

use std::sync::Arc;

use topic_import_bulk::Outcome;
use topic_import_bulk::input::{InputCommunity, InputRow};
use topic_import_bulk::journal::{ClaimedRow, Journal, Record, Rest, Usage};
use topic_import_bulk::request::Community;
use topic_import_core::{GroupDraft, ImportTopic, TopicDraft};

use crate::support::GROUP;

/// A place where a journal is kept, whatever becomes of the process that works on it.
pub(crate) trait Kept: Sized {
    type Journal: Journal;

    /// How many stories of one are made up; it should take seconds.
    const STORIES: u32;

    /// A place of its own, with these topics and communities in their order.
    fn with_communities(rows: &[InputRow], communities: &[InputCommunity]) -> Self;

    /// A place of its own, with these rows in their order.
    fn of(rows: &[InputRow]) -> Self {
        Self::with_communities(rows, &[])
    }

    /// The journal, for a process that begins to work on it.
    async fn open(&self) -> Self::Journal;

    /// Ends the process that works on the journal, as a kill does, and opens the journal again.
    async fn killed(&mut self, journal: Self::Journal) -> Self::Journal;
}

pub(crate) fn topic(json: &str) -> ImportTopic {
    let draft: TopicDraft = serde_json::from_str(json).unwrap();
    draft.validate().unwrap()
}

/// A sound row of a group, on the line of its number.
pub(crate) fn sound(number: u64, group: &str) -> InputRow {
    let id = format!("{group}@TOPIC#_{number}");
    let topic = topic(&format!(
        r#"{{"GroupId":"{group}","TopicName":"x","TopicId":"{id}"}}"#
    ));
    InputRow::sound(number, topic)
}

pub(crate) fn invalid(number: u64) -> InputRow {
    InputRow::invalid(number, "GroupId: is missing", Some("{}".into()))
}

/// A sound community, on this line.
pub(crate) fn community(line: u64, group: &str) -> InputCommunity {
    let draft = GroupDraft::new("x").group_id(group);
    let community = Community::new(draft.validate().unwrap());
    InputCommunity::sound(line, community.unwrap())
}

/// So many sound rows of one group.
pub(crate) fn sound_rows(count: u64) -> Vec<InputRow> {
    (1..=count).map(|number| sound(number, GROUP)).collect()
}

pub(crate) fn numbers(claimed: &[ClaimedRow]) -> Vec<i64> {
    claimed.iter().map(|row| row.number).collect()
}

/// Each row's number, and whether it was in flight when an invocation ended.
pub(crate) fn marked(claimed: &[ClaimedRow]) -> Vec<(i64, bool)> {
    let claimed = claimed.iter();
    claimed
        .map(|row| (row.number, row.was_in_flight()))
        .collect()
}

/// Gives these rows this outcome.
pub(crate) async fn record(journal: &impl Journal, numbers: &[i64], outcome: Outcome) {
    let records = numbers.iter().map(|number| Record::new(*number, outcome));
    record_all(journal, records.collect()).await;
}

pub(crate) async fn record_all(journal: &impl Journal, records: Vec<Record>) {
    journal
        .record(Arc::from(records), Usage::default())
        .await
        .unwrap();
}

/// Claims to the end, `at_most` rows at a time.
pub(crate) async fn claim_all(journal: &impl Journal, at_most: usize) -> Vec<ClaimedRow> {
    let mut all = Vec::new();
    loop {
        let claimed = journal.claim(at_most).await.unwrap();
        all.extend(claimed.rows);
        if claimed.rest != Rest::More {
            return all;
        }
    }
}
