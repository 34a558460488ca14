//! Destroys the topics and the communities that a run created.

use std::sync::Arc;

use topic_import_async::Client;
use topic_import_core::{
    CallError, Code, DestroyGroup, DestroyTopic, DestroyedGroup, DestroyedTopic, GetTopic, GroupId,
    KnownTopicId, Operation, SdkAppId, TopicsDestroyed, TopicsFound,
};

use super::engine::{FITS, Sweep, Swept, Task};
use super::lists::{List, Listed, ListedCommunity, ListedTopic};
use crate::calls::{CallSettings, Stop, StopReason, WorkProgress};
use crate::journal::{
    Identity, Journal, JournalError, Order, Pages as _, Record, Role, RowPlace, Summary,
};
use crate::outcome::Outcome;
use crate::request::{Kind, RowId};

/// The outcome of rows whose topic or community the run created.
const CREATED: [Outcome; 1] = [Outcome::Imported];

/// What undoing a run would do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UndoPlan {
    /// How many topics it would destroy.
    pub topics: u64,
    /// How many communities these topics are in.
    pub communities: u64,
    /// How many communities it would destroy, where nothing else is in them.
    pub own_communities: u64,
    /// The app that these topics belong to.
    pub sdk_app_id: SdkAppId,
    /// Scheme, host and port of the service.
    pub origin: String,
}

impl UndoPlan {
    /// What undoing a run would do, according to its journal. `target` only provides the app and the endpoint.
    pub async fn of<J: Journal>(journal: &J, target: &Identity) -> Result<Self, JournalError> {
        let mut plan = Self {
            topics: 0,
            communities: 0,
            own_communities: journal.summary().await?.communities.of(Outcome::Imported),
            sdk_app_id: target.sdk_app_id,
            origin: target.origin.clone(),
        };
        let mut pages = journal.rows(&CREATED, Order::Group).await?;
        let mut group_id: Option<GroupId> = None;
        loop {
            let page = pages.next_page().await?;
            if page.is_empty() {
                return Ok(plan);
            }
            for row in page {
                let topic = row.topic()?;
                plan.topics += 1;
                if group_id.as_ref() != Some(topic.group_id()) {
                    plan.communities += 1;
                    group_id = Some(topic.group_id().clone());
                }
            }
        }
    }
}

/// A topic or a community that could not be destroyed, as it is reported.
#[derive(Debug)]
#[non_exhaustive]
pub struct LeftRow<'a> {
    /// Where its row stands in the input.
    pub place: &'a RowPlace,
    /// What is left.
    pub id: RowId<'a>,
    /// Why it could not be destroyed.
    pub reason: LeftReason<'a>,
}

/// Why something could not be destroyed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum LeftReason<'a> {
    /// What the service said of the topic.
    Refused(&'a DestroyedTopic),
    /// The service did not name the topic among those that it destroyed.
    NotNamed,
    /// The community still contains this many topics.
    InUse(u64),
    /// The whole call failed.
    Call(&'a CallError),
}

impl LeftReason<'_> {
    /// The service's error code, if there is one.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(topic) => Some(topic.code),
            Self::NotNamed | Self::InUse(_) => None,
            Self::Call(error) => error.code(),
        }
    }
}

/// How undoing a run ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct UndoEnd {
    /// How many topics this invocation destroyed, or found to be gone already.
    pub destroyed: u64,
    /// How many topics could not be destroyed; undoing again tries them once more.
    pub left: u64,
    /// Communities that are gone since this began.
    pub communities_destroyed: u64,
    /// Communities that could not be destroyed, or have topics in them; the same again tries them once more.
    pub communities_left: u64,
    /// How many rows have each outcome according to the journal, or as far as is known if the journal cannot be read;
    /// `calls` and `seconds` are those of this invocation.
    pub summary: Summary,
    /// Why not all were called for; `None` where all were.
    pub stopped: Option<StopReason>,
    /// Whether any request may have reached the service.
    pub may_have_sent: bool,
}

impl UndoEnd {
    /// Whether everything is gone that the run created, or may have created. It may have created an existing one too:
    /// one whose answer was lost was found there afterwards.
    pub const fn is_complete(&self) -> bool {
        let Summary {
            imported,
            existing,
            in_flight,
            unknown,
            communities,
            ..
        } = &self.summary;
        let topics = *imported + *existing + *in_flight + *unknown;
        let communities = communities.of(Outcome::Imported)
            + communities.of(Outcome::Existing)
            + communities.of(Outcome::InFlight)
            + communities.of(Outcome::Unknown);
        topics + communities == 0
    }
}

/// Destroys the topics that a run created, for good: those of the rows that are imported, and no others. Then it destroys
/// the communities that the run created, each only once the service shows no topic in it.
///
/// Existing topics are kept. So are those of rows that are in flight or unknown, because nobody knows whether they exist;
/// import again first to settle these rows. All of these count as not complete ([`UndoEnd::is_complete`]).
///
/// A row is recorded as destroyed once the service has said that its topic is gone, or that its group is (10010).
/// Until then it is imported: the same again goes on, whatever became of the process, and destroying a topic once more
/// does no harm. `report` is told of every topic that could not be destroyed. A call that is refused leaves its topics,
/// and the others are destroyed; a list of several is tried in halves before. When `stop` is ready, no further call
/// leaves; what is in flight is awaited and recorded.
///
/// Must be called within a tokio runtime.
///
/// # Errors
/// If the journal cannot be used at the start. If it fails later, that stops the work.
pub async fn undo<J: Journal<Pages: 'static>>(
    client: &Client,
    journal: &J,
    settings: &CallSettings,
    progress: &Arc<WorkProgress>,
    stop: impl Future<Output = ()>,
    report: impl FnMut(&LeftRow<'_>),
) -> Result<UndoEnd, JournalError> {
    let mut stop = Stop::new(stop, progress);
    stop.wait(journal, journal.begin(Role::Undo)).await?;
    let before = stop.wait(journal, journal.summary()).await?;
    let mut undo = Undo {
        journal,
        progress,
        report,
        topics: Counted::default(),
        communities: Counted::default(),
        unrecorded: Vec::new(),
    };
    let pages = journal.rows(&CREATED, Order::Group);
    let task = Task {
        pages: stop.wait(journal, pages).await?,
        outcomes: &CREATED,
        make_operation: destroy_topics,
        most: DestroyTopic::MAX_IDS,
    };
    let mut sweep = Sweep::new(client, journal, task, settings, progress, stop);
    while let Some(swept) = sweep.next().await {
        undo.take_topics(&swept);
        // The answers that came in while the previous commit was written go into the next one together.
        while let Some(swept) = sweep.next_ready() {
            undo.take_topics(&swept);
        }
        undo.record_amid(&mut sweep).await;
    }
    let (mut stopped, mut stop) = sweep.end();
    if stopped.is_none() && before.communities.of(Outcome::Imported) > 0 {
        let pages = journal.rows(&CREATED, Order::Communities);
        match stop.wait(journal, pages).await {
            Ok(pages) => {
                let task = Task {
                    pages,
                    outcomes: &CREATED,
                    make_operation: look_into_community,
                    most: 1,
                };
                let mut sweep = Sweep::new(client, journal, task, settings, progress, stop);
                while let Some(swept) = sweep.next().await {
                    undo.take_community(swept, &mut sweep);
                    while let Some(swept) = sweep.next_ready() {
                        undo.take_community(swept, &mut sweep);
                    }
                    undo.record_amid(&mut sweep).await;
                }
                (stopped, stop) = sweep.end();
            }
            Err(error) => stopped = Some(error.into()),
        }
    }
    let last = async {
        undo.record().await?;
        journal.leave().await?;
        journal.summary().await
    };
    let last = stop.wait(journal, last).await;
    if stop.is_requested() {
        stopped.get_or_insert(StopReason::Interrupted);
    }
    let mut summary = match last {
        Ok(summary) => summary,
        Err(error) => {
            stopped.get_or_insert(error.into());
            let mut summary = Summary {
                imported: before.imported.saturating_sub(undo.topics.destroyed),
                destroyed: before.destroyed + undo.topics.destroyed,
                ..before
            };
            summary.communities.destroy(undo.communities.destroyed);
            summary
        }
    };
    let used = progress.statistics().usage();
    (summary.calls, summary.throttled) = (used.calls, used.throttled);
    summary.seconds = progress.since_start().as_secs_f64();
    Ok(UndoEnd {
        destroyed: undo.topics.destroyed,
        left: undo.topics.left,
        communities_destroyed: undo.communities.destroyed,
        communities_left: undo.communities.left,
        summary,
        stopped,
        may_have_sent: progress.gate().may_have_sent(),
    })
}

fn destroy_topics(List(topics): &List<ListedTopic>) -> DestroyTopic {
    let ids = topics.iter().map(|topic| topic.topic_id.clone());
    let group_id = topics[0].wanted.group_id().clone();
    DestroyTopic::of(group_id, ids.collect()).expect(FITS)
}

fn look_into_community(List(communities): &List<ListedCommunity>) -> GetTopic {
    GetTopic::all(communities[0].wanted.group_id().clone())
}

/// What the service said of a community.
#[derive(Debug)]
enum Community {
    /// These topics are in it.
    Has(TopicsFound),
    Destroyed,
}

impl From<TopicsFound> for Community {
    fn from(found: TopicsFound) -> Self {
        Self::Has(found)
    }
}

impl From<DestroyedGroup> for Community {
    fn from(_: DestroyedGroup) -> Self {
        Self::Destroyed
    }
}

#[derive(Debug, Default)]
struct Counted {
    destroyed: u64,
    left: u64,
}

struct Undo<'a, J, F> {
    journal: &'a J,
    progress: &'a WorkProgress,
    report: F,
    topics: Counted,
    communities: Counted,
    unrecorded: Vec<Record>,
}

impl<J: Journal<Pages: 'static>, F: FnMut(&LeftRow<'_>)> Undo<'_, J, F> {
    fn take_topics(&mut self, (List(topics), answer): &Swept<ListedTopic, TopicsDestroyed>) {
        for topic in topics {
            let reason = why_left(&topic.topic_id, answer);
            self.take(
                topic.number,
                &topic.place,
                RowId::Topic(&topic.topic_id),
                reason,
            );
        }
    }

    /// Where nothing is in a community, it is destroyed next.
    fn take_community<C, S>(
        &mut self,
        (list, answer): Swept<ListedCommunity, Community>,
        sweep: &mut Sweep<'_, J, ListedCommunity, C, Community, S>,
    ) where
        C: Operation<Output: Into<Community>> + Send + 'static,
        S: Future<Output = ()>,
    {
        let group_id = list.0[0].wanted.group_id();
        let reason = match &answer {
            Ok(Community::Has(found)) if found.topics.is_empty() => {
                let destroy = DestroyGroup::new(group_id.clone());
                return sweep.follow(list, destroy);
            }
            Ok(Community::Has(found)) => Some(LeftReason::InUse(found.topics.len() as u64)),
            Ok(Community::Destroyed) => None,
            Err(error) if error.code() == Some(Code::NOT_THERE) => None,
            Err(error) => Some(LeftReason::Call(error)),
        };
        let ListedCommunity { number, place, .. } = &list.0[0];
        self.take(*number, place, RowId::Community(group_id), reason);
    }

    fn take(
        &mut self,
        number: i64,
        place: &RowPlace,
        id: RowId<'_>,
        reason: Option<LeftReason<'_>>,
    ) {
        self.progress.topic_done(reason.is_none());
        let counted = match id.kind() {
            Kind::Community => &mut self.communities,
            Kind::Topic => &mut self.topics,
        };
        let Some(reason) = reason else {
            counted.destroyed += 1;
            let record = Record::new(number, Outcome::Destroyed);
            return self.unrecorded.push(record);
        };
        counted.left += 1;
        (self.report)(&LeftRow { place, id, reason });
    }

    /// Once the journal has failed, records are kept for one more try at the end.
    async fn record_amid<T, C, O, S>(&mut self, sweep: &mut Sweep<'_, J, T, C, O, S>)
    where
        T: Listed,
        C: Operation<Output: Into<O>> + Send + 'static,
        O: Send + 'static,
        S: Future<Output = ()>,
    {
        if !matches!(sweep.stopped(), Some(StopReason::Journal(_)))
            && let Err(error) = sweep.wait(self.record()).await
        {
            sweep.stop(error.into());
        }
    }

    /// Records the topics that are gone. Those that cannot be recorded are kept for the next time.
    async fn record(&mut self) -> Result<(), JournalError> {
        if self.unrecorded.is_empty() {
            return Ok(());
        }
        let records: Arc<[Record]> = std::mem::take(&mut self.unrecorded).into();
        let recorded = self
            .journal
            .record(Arc::clone(&records), self.progress.statistics().usage());
        if let Err(error) = recorded.await {
            self.unrecorded.extend(records.iter().cloned());
            return Err(error);
        }
        Ok(())
    }
}

/// Why the topic was not destroyed; `None` if the service says that it is gone.
fn why_left<'a>(
    topic_id: &KnownTopicId,
    answer: &'a Result<TopicsDestroyed, CallError>,
) -> Option<LeftReason<'a>> {
    match answer {
        Ok(answer) => {
            let mut named = answer.topics.iter();
            match named.find(|topic| topic.topic_id == *topic_id) {
                Some(topic) if topic.is_gone() => None,
                Some(topic) => Some(LeftReason::Refused(topic)),
                None => Some(LeftReason::NotNamed),
            }
        }
        // Only this code proves that the topic is gone: that an ID is invalid, or that a group does not support topics,
        // may be due to a wrong configuration.
        Err(error) if error.code() == Some(Code::NOT_THERE) => None,
        Err(error) => Some(LeftReason::Call(error)),
    }
}

#[cfg(test)]
mod tests {
    use topic_import_core::{Answer, Operation as _};

    use super::*;

    fn id(custom: &str) -> KnownTopicId {
        KnownTopicId::parse(format!("@TGS#_g@TOPIC#_{custom}")).unwrap()
    }

    /// The service's answer with these items.
    fn answer(items: &str) -> TopicsDestroyed {
        let group_id = GroupId::parse("@TGS#_g").unwrap();
        let operation = DestroyTopic::of(group_id, vec![id("a")]).unwrap();
        let body = format!(r#"{{"ErrorCode":0,"DestroyResultItem":[{items}]}}"#);
        match operation.read(body.as_bytes()).unwrap() {
            Answer::Done(destroyed) => destroyed,
            Answer::Refused(refusal) => panic!("{refusal}"),
        }
    }

    fn item(custom: &str, code: i64) -> String {
        let id = id(custom);
        format!(r#"{{"ErrorCode":{code},"ErrorInfo":"said so","TopicId":"{id}"}}"#)
    }

    #[test]
    fn only_a_topic_that_the_service_calls_gone_is_gone() {
        let items = [item("a", 0), item("b", 110_003), item("c", 110_002)];
        let answer = Ok(answer(&items.join(",")));
        assert!(why_left(&id("a"), &answer).is_none());
        assert!(why_left(&id("b"), &answer).is_none());
        let reason = why_left(&id("c"), &answer).unwrap();
        assert!(matches!(reason, LeftReason::Refused(topic) if topic.info == "said so"));
        assert_eq!(reason.code(), Some(Code::new(110_002)));
        let reason = why_left(&id("d"), &answer).unwrap();
        assert!(matches!(reason, LeftReason::NotNamed));
        assert_eq!(reason.code(), None);
    }
}
