//! Two thousand topics through a service that fails at every fifth call: in the end, what was reported and what is
//! there agree, topic by topic.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use topic_import_core::{CallError, Code, Endpoint, ImportTopic, Rate, TopicDraft};
use topic_import_driver::ClientSettings;
use topic_import_emulator::{Call, Command, Community, Emulator, State, Topic};

use crate::client::{Client, Ended, Kind};
use crate::identity::Identity;
use crate::outcome::Outcome;
use crate::topic::{altered, is_equal, topic};

const TOPICS: usize = 2000;
const AT_ONCE: NonZeroUsize = NonZeroUsize::new(16).unwrap();
const DEADLINE: Duration = Duration::from_secs(20);
/// The last attempt of a call starts at most so long before its deadline.
const LAST_ATTEMPT: Duration = Duration::from_secs(1);

/// About a fifth of all calls in all.
const FAULTS: &str = "seed=20151124,\
    reset-before=0.01,reset-after=0.01,lost=0.02,truncated=0.01,\
    http500=0.004,http502=0.01,http502-done=0.01,http503=0.005,http504-done=0.008,http429=0.008,\
    code10002=0.008,code10002-done=0.008,code60008-done=0.004,code60013-done=0.004,\
    code10006=0.004,code60007=0.006,code60014=0.006,code70169=0.004,code70001=0.003,code80005=0.004,\
    import_topic:code10004=0.005,import_topic:code80001=0.005,\
    cut-json=0.008,not-json=0.008,zero-with-fail=0.005,no-topic-id=0.005,code-with-ok=0.005,\
    extra-fields=0.01,delay-20ms=0.01,drip-1ms=0.004,delay-3s=0.002";

const DELETED: &str = "@TGS#_deleted";
const WITHOUT_TOPICS: &str = "@TGS#_plain";
const SOON_FULL: &str = "@TGS#_full";
/// What the group without topics answers to everything.
const NO_TOPICS: Code = Code::new(11000);

#[test]
fn the_async_client_and_the_service_agree_on_every_topic() {
    soak(Kind::Async);
}

#[test]
fn the_blocking_client_and_the_service_agree_on_every_topic() {
    soak(Kind::Blocking);
}

fn soak(kind: Kind) {
    let emulator = Emulator::builder()
        .topics_per_community(None)
        .quota(None)
        .community(DELETED, Community::Deleted)
        .community(WITHOUT_TOPICS, Community::WithoutTopics)
        .community(SOON_FULL, Community::FullAt(20))
        .start()
        .unwrap();
    let endpoint = Endpoint::custom(emulator.origin().parse().unwrap());
    let settings = ClientSettings::new(endpoint, Identity::Key.credentials())
        .with_quota(Rate::Unlimited)
        .with_deadline(DEADLINE)
        .with_answer_timeout(Duration::from_secs(2));
    let client = Client::new(kind, &settings);

    let mut chance = fastrand::Rng::with_seed(448_357_837);
    let topics: Vec<ImportTopic> = (0..TOPICS).map(|number| row(number, &mut chance)).collect();
    let before = there_before(&topics);
    for (_, ended) in client.import_all(before.clone(), AT_ONCE) {
        assert_eq!(Outcome::of(&ended), Outcome::Created);
    }
    let calls_before = emulator.state().calls_len();

    emulator.set_faults(FAULTS.parse().unwrap());
    let results = client.import_all(topics, AT_ONCE);

    let state = emulator.state();
    let calls = state.calls_after(calls_before);
    print_figures(kind, &calls, &results);
    let disagreements = Ledger::new(&before, &state, &calls).disagreements(&results);
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
    assert_eq!(results.len(), TOPICS);
    let suffered = calls.iter().filter(|call| call.fault.is_some()).count();
    let share = suffered * 100 / calls.len();
    assert!(
        (15..=25).contains(&share),
        "{share}% of the calls suffered a fault"
    );
}

/// One row in eight has no `TopicId`; some belong to groups that take no topic, or only a few.
fn row(number: usize, chance: &mut fastrand::Rng) -> ImportTopic {
    let topic = topic(&format!("Topic {number}"), chance.u8(..8) > 0);
    let group = match chance.u8(..100) {
        0..2 => DELETED,
        2..4 => WITHOUT_TOPICS,
        4..6 => SOON_FULL,
        _ => return topic,
    };
    let mut draft = TopicDraft::from(topic);
    draft.group_id = Some(group.to_owned());
    draft.topic_id = draft.topic_id.map(|_| format!("{group}@TOPIC#_{number}"));
    draft.validate().unwrap()
}

/// Some topics are there from an earlier run, and some IDs belong to something else.
fn there_before(topics: &[ImportTopic]) -> Vec<ImportTopic> {
    let usual = |topic: &&ImportTopic| {
        topic.topic_id().is_some() && topic.group_id().as_str() == crate::topic::GROUP
    };
    let mut topics = topics.iter().filter(usual);
    let same: Vec<_> = topics.by_ref().take(100).cloned().collect();
    let other = topics.take(40).map(altered).collect();
    [same, other].concat()
}

/// What is there, and what happened to it.
struct Ledger<'a> {
    before: HashSet<&'a str>,
    by_id: HashMap<String, Topic>,
    by_name: HashMap<String, usize>,
    /// How often each ID was imported with success, and when it was tried first.
    imported: HashMap<&'a str, (usize, Duration)>,
    end: Duration,
}

impl<'a> Ledger<'a> {
    fn new(before: &'a [ImportTopic], state: &State, calls: &'a [Call]) -> Self {
        let ids = before.iter().filter_map(ImportTopic::topic_id);
        let mut by_id = HashMap::new();
        let mut by_name: HashMap<_, usize> = HashMap::new();
        for topic in state.topics() {
            *by_name.entry(topic.profile.topic_name.clone()).or_default() += 1;
            by_id.insert(topic.topic_id.clone(), topic);
        }
        let mut imported = HashMap::new();
        for call in calls {
            if let Some(id) = &call.topic_id {
                let (times, _) = imported.entry(&**id).or_insert((0, call.at));
                *times += usize::from(call.performed == Some(0));
            }
        }
        let end = calls.last().map_or(Duration::ZERO, |call| call.at);
        Self {
            before: ids.map(AsRef::as_ref).collect(),
            by_id,
            by_name,
            imported,
            end,
        }
    }

    fn disagreements(&self, results: &[(Arc<ImportTopic>, Ended)]) -> Vec<String> {
        let disagreements = results.iter().filter_map(|(topic, ended)| {
            let found = self.disagreement(topic, ended)?;
            let name = topic.topic_name.as_str();
            Some(format!("{name}: {:?}, but {found}", Outcome::of(ended)))
        });
        disagreements.collect()
    }

    fn disagreement(&self, topic: &ImportTopic, ended: &Ended) -> Option<&'static str> {
        let name = topic.topic_name.as_str();
        let of_name = self.by_name.get(name).copied().unwrap_or_default();
        let id = match (topic.topic_id(), ended) {
            (Some(id), _) => Some(id.as_str()),
            (None, Ok(imported)) => Some(imported.topic_id().as_str()),
            (None, Err(_)) => None,
        };
        let there = id.and_then(|id| self.by_id.get(id));
        let tried = id.and_then(|id| self.imported.get(id));
        if of_name > 1 || tried.is_some_and(|(times, _)| *times > 1) {
            return Some("it was imported twice");
        }
        // It may be refused, and be there all the same.
        let was_there = id.is_some_and(|id| self.before.contains(id));
        match (ended, there) {
            (Ok(_), None) => Some("it is not there"),
            (Ok(_), Some(there)) if !is_equal(topic, there) => Some("it is not as it was sent"),
            (Err(CallError::Rejected(_) | CallError::NotExecuted(_)), None) if of_name > 0 => {
                Some("it is there")
            }
            (Err(CallError::Rejected(_) | CallError::NotExecuted(_)), Some(_)) if !was_there => {
                Some("it is there")
            }
            (Err(CallError::Conflict(_)), None) => Some("nothing is there"),
            (Err(CallError::Conflict(_)), Some(there)) if is_equal(topic, there) => {
                Some("the same is there")
            }
            // Whether a topic is there cannot be asked of a group that takes none.
            (Err(error @ CallError::OutcomeUnknown { .. }), there)
                if topic.group_id().as_str() == WITHOUT_TOPICS
                    && error.code() == Some(NO_TOPICS) =>
            {
                there.map(|_| "it is there, in a group without topics")
            }
            (Err(CallError::OutcomeUnknown { .. }), _) if topic.topic_id().is_some() => {
                let first = tried.map_or(self.end, |(_, first)| *first);
                let time_was_left = self.end + LAST_ATTEMPT < first + DEADLINE;
                time_was_left.then_some("it has a TopicId, and there was time to settle it")
            }
            _ => None,
        }
    }
}

fn print_figures(kind: Kind, calls: &[Call], results: &[(Arc<ImportTopic>, Ended)]) {
    let mut faults: BTreeMap<String, usize> = BTreeMap::new();
    for fault in calls.iter().filter_map(|call| call.fault) {
        *faults.entry(fault.to_string()).or_default() += 1;
    }
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for (_, ended) in results {
        let outcome = match Outcome::of(ended) {
            Outcome::Unknown(_) => "Unknown".to_owned(),
            outcome => format!("{outcome:?}"),
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    let imports = calls
        .iter()
        .filter(|call| call.command == Some(Command::ImportTopic))
        .count();
    eprintln!(
        "{kind:?}: {} topics, {} calls: {} repeats, {} to read back; {} faults: {faults:?}; outcomes: {outcomes:?}",
        results.len(),
        calls.len(),
        imports - results.len(),
        calls.len() - imports,
        faults.values().sum::<usize>(),
    );
}
