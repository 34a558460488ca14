//! Reads back the topics that exist according to a journal, and compares them with what was imported.

use std::collections::BTreeMap;
use std::sync::Arc;

use topic_import_async::Client;
use topic_import_core::{
    CallError, Code, Difference, Field, GetGroupInfo, GetTopic, GroupInfo, GroupsFound,
    ImportGroup, ImportTopic, TopicInfo, TopicsFound,
};

use super::engine::{FITS, Sweep, Task};
use super::lists::{List, ListedCommunity, ListedTopic};
use crate::calls::{CallSettings, Stop, StopReason, WorkProgress};
use crate::journal::{Journal, JournalError, Order, RowPlace};
use crate::outcome::Outcome;
use crate::request::RowId;

/// The outcomes of rows whose topic exists according to the journal.
const THERE: [Outcome; 2] = [Outcome::Imported, Outcome::Existing];

/// A topic or a community that was not found to be as the journal says, as it is reported.
#[derive(Debug)]
#[non_exhaustive]
pub struct RowFinding<'a> {
    /// Where its row stands in the input.
    pub place: &'a RowPlace,
    /// What it is.
    pub id: RowId<'a>,
    /// What was found.
    pub finding: Finding<'a>,
}

/// What was found instead of an equal one.
#[derive(Debug)]
#[non_exhaustive]
pub enum Finding<'a> {
    /// The service does not show it, or says that it or its group does not exist.
    Missing,
    /// It is there, with other content; never empty.
    Differing(&'a [Difference]),
    /// It could not be read back, though others could: nothing is known of it.
    Unread(&'a CallError),
    /// The service answered for it, but did not show so much as its name: nothing is known of it.
    NotShown,
}

/// How a verification ended.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Verification {
    /// What was found of topics.
    pub topics: Compared,
    /// What was found of the communities that the run makes itself.
    pub communities: Compared,
    /// How many requests were attempted.
    pub calls: u64,
    /// How long it took.
    pub seconds: f64,
    /// Why not all were asked for; `None` where all were.
    pub stopped: Option<StopReason>,
    /// Whether any request may have reached the service.
    pub may_have_sent: bool,
}

/// What was found of topics, or of communities.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Compared {
    /// Those that the service decided about: the sum of the next three.
    pub checked: u64,
    /// How many topics exist and are equal in every field that was sent and that the service returns.
    pub equal: u64,
    /// How many topics do not exist.
    pub missing: u64,
    /// How many topics exist with different content.
    pub differing: u64,
    /// Those of which nothing is known, though the service was asked.
    pub unread: u64,
    /// How many rows were not checked because nothing is there by the journal, or nobody knows whether anything is; by
    /// outcome.
    pub not_there: Vec<(Outcome, u64)>,
    /// In how many of those that were checked each of these fields was sent and is not shown: there it was not
    /// compared.
    pub not_compared: BTreeMap<Field, u64>,
}

impl Verification {
    /// Whether everything was seen, equal or not.
    pub const fn is_whole(&self) -> bool {
        self.stopped.is_none() && self.topics.unread + self.communities.unread == 0
    }

    /// Whether everything was seen and found equal that was imported, or may have been.
    pub fn is_all_equal(&self) -> bool {
        self.is_whole() && self.topics.are_equal() && self.communities.are_equal()
    }
}

impl Compared {
    fn are_equal(&self) -> bool {
        let mut not_there = self.not_there.iter();
        self.equal == self.checked && not_there.all(|(outcome, _)| !outcome.may_be_accepted())
    }

    fn count(&mut self, finding: Option<&Finding<'_>>) {
        *match finding {
            None => &mut self.equal,
            Some(Finding::Missing) => &mut self.missing,
            Some(Finding::Differing(_)) => &mut self.differing,
            Some(Finding::Unread(_) | Finding::NotShown) => &mut self.unread,
        } += 1;
        self.checked = self.equal + self.missing + self.differing;
    }

    fn note_not_compared(&mut self, fields: impl Iterator<Item = Field>) {
        for field in fields {
            *self.not_compared.entry(field).or_default() += 1;
        }
    }
}

/// Reads every topic and every community back that is there by the journal, and compares it with what was imported.
///
/// `report` is told of each that was not found equal. `From_Account` cannot be compared, as the service does
/// not show it. Other fields that the service does not show are not compared either ([`Compared::not_compared`]). A topic
/// or a community shown without a name counts as not seen.
///
/// Topics of a group that is gone are missing. A call that is refused for another reason leaves
/// its topics [unread](Finding::Unread), and the others are checked; a list of several is tried in halves before.
/// Whatever would meet every other call ends the verification, and so does a service that is silent for as long as
/// [`CallSettings::give_up_after`] says, or `stop`. A further one begins anew.
///
/// The journal may be worked on at the same time: what counts is what was there by it when this began.
///
/// Must be called within a tokio runtime.
///
/// # Errors
/// If the journal cannot be read at the start. If it fails later, that stops the verification.
pub async fn verify<J: Journal<Pages: 'static>>(
    client: &Client,
    journal: &J,
    settings: &CallSettings,
    progress: &Arc<WorkProgress>,
    stop: impl Future<Output = ()>,
    mut report: impl FnMut(&RowFinding<'_>),
) -> Result<Verification, JournalError> {
    let mut stop = Stop::new(stop, progress);
    let before = stop.wait(journal, journal.summary()).await?;
    let mut end = Verification::default();
    let communities = &before.communities;
    end.topics.not_there = not_there(|outcome| before.of(outcome));
    end.communities.not_there = not_there(|outcome| communities.of(outcome));
    if !communities.are_none() {
        let pages = journal.rows(&THERE, Order::Communities);
        let task = Task {
            pages: stop.wait(journal, pages).await?,
            outcomes: &THERE,
            make_operation: look_for_communities,
            most: GetGroupInfo::MAX_IDS,
        };
        let mut sweep = Sweep::new(client, journal, task, settings, progress, stop);
        while let Some((list, answer)) = sweep.next().await {
            end.take_communities(&list, &answer, progress, &mut report);
        }
        (end.stopped, stop) = sweep.end();
    }
    if end.stopped.is_none() {
        let pages = journal.rows(&THERE, Order::Group);
        match stop.wait(journal, pages).await {
            Ok(pages) => {
                let task = Task {
                    pages,
                    outcomes: &THERE,
                    make_operation: look_for_topics,
                    most: GetTopic::MAX_IDS,
                };
                let mut sweep = Sweep::new(client, journal, task, settings, progress, stop);
                while let Some((list, answer)) = sweep.next().await {
                    end.take_topics(&list, &answer, progress, &mut report);
                }
                (end.stopped, _) = sweep.end();
            }
            Err(error) => end.stopped = Some(error.into()),
        }
    }
    end.calls = progress.statistics().usage().calls;
    end.seconds = progress.since_start().as_secs_f64();
    end.may_have_sent = progress.gate().may_have_sent();
    Ok(end)
}

/// How many rows of which nothing is there have each outcome.
fn not_there(count: impl Fn(Outcome) -> u64) -> Vec<(Outcome, u64)> {
    let outcomes = Outcome::ALL.into_iter();
    let counts = outcomes.map(|outcome| (outcome, count(outcome)));
    counts
        .filter(|(outcome, rows)| !outcome.is_there() && *rows > 0)
        .collect()
}

fn look_for_communities(List(communities): &List<ListedCommunity>) -> GetGroupInfo {
    let ids = communities.iter();
    let ids = ids.map(|community| community.wanted.group_id().clone());
    GetGroupInfo::of(ids.collect()).expect(FITS)
}

fn look_for_topics(List(topics): &List<ListedTopic>) -> GetTopic {
    let ids = topics.iter().map(|topic| topic.topic_id.clone());
    let group_id = topics[0].wanted.group_id().clone();
    GetTopic::of(group_id, ids.collect()).expect(FITS)
}

impl Verification {
    fn take_communities(
        &mut self,
        List(communities): &List<ListedCommunity>,
        answer: &Result<GroupsFound, CallError>,
        progress: &WorkProgress,
        report: &mut impl FnMut(&RowFinding<'_>),
    ) {
        for ListedCommunity { place, wanted, .. } in communities {
            let differences;
            let finding = match answer {
                Ok(found) => match found.get(wanted.group_id()) {
                    None => Some(Finding::Missing),
                    Some(GroupInfo { name: None, .. }) => Some(Finding::NotShown),
                    Some(found) => {
                        differences = wanted.request().differences(found);
                        let not_shown = not_shown_of_community(wanted.request(), found);
                        self.communities.note_not_compared(not_shown);
                        (!differences.is_empty()).then_some(Finding::Differing(&differences))
                    }
                },
                Err(error) => Some(Finding::Unread(error)),
            };
            self.communities.count(finding.as_ref());
            let id = RowId::Community(wanted.group_id());
            tell(progress, report, place, id, finding);
        }
    }

    fn take_topics(
        &mut self,
        List(topics): &List<ListedTopic>,
        answer: &Result<TopicsFound, CallError>,
        progress: &WorkProgress,
        report: &mut impl FnMut(&RowFinding<'_>),
    ) {
        for topic in topics {
            let differences;
            let finding = match answer {
                Ok(found) => match found.get(&topic.topic_id) {
                    None => Some(Finding::Missing),
                    Some(TopicInfo {
                        topic_name: None, ..
                    }) => Some(Finding::NotShown),
                    Some(found) => {
                        differences = topic.wanted.differences(found);
                        self.topics
                            .note_not_compared(not_shown(&topic.wanted, found));
                        (!differences.is_empty()).then_some(Finding::Differing(&differences))
                    }
                },
                Err(error) if shows_no_topics(error) => Some(Finding::Missing),
                Err(error) => Some(Finding::Unread(error)),
            };
            self.topics.count(finding.as_ref());
            let id = RowId::Topic(&topic.topic_id);
            tell(progress, report, &topic.place, id, finding);
        }
    }
}

fn tell<'a>(
    work: &WorkProgress,
    report: &mut impl FnMut(&RowFinding<'_>),
    place: &'a RowPlace,
    id: RowId<'a>,
    finding: Option<Finding<'a>>,
) {
    work.topic_done(finding.is_none());
    if let Some(finding) = finding {
        report(&RowFinding { place, id, finding });
    }
}

fn shows_no_topics(error: &CallError) -> bool {
    error.code().is_some_and(Code::means_absent)
}

fn has_text(text: Option<&impl AsRef<str>>) -> bool {
    text.is_some_and(|text| !text.as_ref().is_empty())
}

/// The fields that were sent with a value and that the service does not return.
fn not_shown(wanted: &ImportTopic, found: &TopicInfo) -> impl Iterator<Item = Field> {
    [
        (
            Field::CustomString,
            has_text(wanted.custom_string.as_ref()) && found.custom_string.is_none(),
        ),
        (
            Field::FaceUrl,
            has_text(wanted.face_url.as_ref()) && found.face_url.is_none(),
        ),
        (
            Field::Notification,
            has_text(wanted.notification.as_ref()) && found.notification.is_none(),
        ),
        (
            Field::Introduction,
            has_text(wanted.introduction.as_ref()) && found.introduction.is_none(),
        ),
        (
            Field::CreateTime,
            wanted.create_time.is_some() && found.create_time.is_none(),
        ),
    ]
    .into_iter()
    .filter_map(|(field, is_not_shown)| is_not_shown.then_some(field))
}

fn not_shown_of_community(wanted: &ImportGroup, found: &GroupInfo) -> impl Iterator<Item = Field> {
    [
        (Field::Type, found.group_type.is_none()),
        (Field::SupportTopic, found.support_topic.is_none()),
        (
            Field::OwnerAccount,
            wanted.owner_account.is_some() && found.owner_account.is_none(),
        ),
        (
            Field::Introduction,
            has_text(wanted.introduction.as_ref()) && found.introduction.is_none(),
        ),
        (
            Field::Notification,
            has_text(wanted.notification.as_ref()) && found.notification.is_none(),
        ),
        (
            Field::FaceUrl,
            has_text(wanted.face_url.as_ref()) && found.face_url.is_none(),
        ),
        (
            Field::MaxMemberCount,
            wanted.max_member_count.is_some() && found.max_member_num.is_none(),
        ),
        (
            Field::CreateTime,
            wanted.create_time.is_some() && found.create_time.is_none(),
        ),
    ]
    .into_iter()
    .filter_map(|(field, is_not_shown)| is_not_shown.then_some(field))
}

#[cfg(test)]
mod tests {
    use topic_import_core::{Answer, GroupId, KnownTopicId, Operation as _, TopicDraft};

    use super::*;

    /// Compares a topic named `a` that was sent with `fields` with what the service returns of it, `shown`.
    fn verified(fields: &str, shown: &str) -> (Verification, Vec<String>) {
        let id = "@TGS#_g@TOPIC#_a";
        let row = format!(r#"{{"GroupId":"@TGS#_g","TopicId":"{id}","TopicName":"a"{fields}}}"#);
        let draft: TopicDraft = serde_json::from_str(&row).unwrap();
        let group_id = GroupId::parse("@TGS#_g").unwrap();
        let topic_id = KnownTopicId::parse(id).unwrap();
        let operation = GetTopic::one(group_id, topic_id.clone());
        let body = format!(
            r#"{{"ErrorCode":0,"TopicAndSelfInfo":[{{"ErrorCode":0,"TopicInfo":{{"TopicId":"{id}"{shown}}}}}]}}"#
        );
        let found = match operation.read(body.as_bytes()).unwrap() {
            Answer::Done(found) => found,
            Answer::Refused(refusal) => panic!("{refusal}"),
        };
        let list = List(vec![ListedTopic {
            number: 1,
            place: RowPlace::line(1),
            topic_id,
            wanted: draft.validate().unwrap(),
        }]);
        let mut end = Verification::default();
        let mut findings = Vec::new();
        end.take_topics(
            &list,
            &Ok(found),
            &WorkProgress::default(),
            &mut |finding| {
                findings.push(format!("{:?}", finding.finding));
            },
        );
        (end, findings)
    }

    #[test]
    fn a_topic_without_a_name_was_not_seen() {
        let (end, findings) = verified("", "");
        let topics = &end.topics;
        assert_eq!((topics.checked, topics.equal, topics.unread), (0, 0, 1));
        assert!(!end.is_whole() && !end.is_all_equal());
        assert_eq!(findings, ["NotShown"]);
    }

    #[test]
    fn a_field_that_was_sent_and_is_not_shown_is_said_to_be_not_compared() {
        let sent = r#","Introduction":"i","Notification":"","FaceUrl":"f","CreateTime":7"#;
        let (end, findings) = verified(sent, r#","TopicName":"a","FaceUrl":"f""#);
        let topics = end.topics;
        assert_eq!((topics.checked, topics.equal, findings.len()), (1, 1, 0));
        let not_compared: Vec<_> = topics.not_compared.into_iter().collect();
        assert_eq!(
            not_compared,
            [(Field::Introduction, 1), (Field::CreateTime, 1)]
        );
    }

    #[test]
    fn a_field_that_was_not_sent_may_be_anything() {
        let shown = r#","TopicName":"a","Introduction":"i","CreateTime":7"#;
        let (end, findings) = verified("", shown);
        assert!(end.is_all_equal() && findings.is_empty());
    }
}
