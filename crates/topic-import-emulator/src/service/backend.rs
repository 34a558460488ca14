use std::io;

use crate::clock::Moment;
use crate::command::Command;
use crate::memory::calls::{CallLog, Calls};
use crate::memory::change::Change;
use crate::memory::state_file::StateFile;
use crate::memory::topics::Topics;
use crate::service::answer::Answer;
use crate::service::code;
use crate::service::communities::Communities;
use crate::service::operation::{Decision, Operation};
use crate::service::quota::Quota;
use crate::service::refusal::Refusal;

/// What stands behind the gateway: everything that is remembered from call to call.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) communities: Communities,
    pub(crate) topics: Topics,
    pub(crate) calls: Calls,
    /// Where every change of the topics is written before it is made.
    pub(crate) state_file: Option<StateFile>,
    /// In the order of [`Command::ALL`].
    quotas: [Quota; Command::ALL.len()],
}

impl Backend {
    pub(crate) fn new(communities: Communities, quota: Option<u32>, log: CallLog) -> Self {
        Self {
            communities,
            topics: Topics::default(),
            calls: Calls::new(log),
            state_file: None,
            quotas: Command::ALL.map(|_| Quota::new(quota)),
        }
    }

    /// Goes on with these topics, and writes every change of them to the file.
    pub(crate) fn keep(&mut self, topics: Topics, state_file: StateFile) {
        self.topics = topics;
        self.state_file = Some(state_file);
    }

    /// Decides what comes of a call that the gateway let through. The quota comes first: it counts what it
    /// accepts, whatever becomes of that.
    pub(crate) fn decide(
        &mut self,
        command: Command,
        operation: Result<Operation, Refusal>,
        now: Moment,
    ) -> Result<Decision, Refusal> {
        self.check_quota(command, now)?;
        operation?.decide(&self.communities, &self.topics, now)
    }

    /// Does what was decided and counts the try of a `TopicId`; or neither, where it cannot be written down.
    pub(crate) fn carry_out(
        &mut self,
        decided: Result<Decision, Refusal>,
        tried: Option<&str>,
    ) -> Answer {
        if let Err(error) = self.write_down(tried, decided.as_ref().ok()) {
            return Answer::from(Refusal::new(
                code::INTERNAL_ERROR,
                format!("the state file cannot be written: {error}"),
            ));
        }
        let answer = match decided {
            Ok(decision) => decision.carry_out(&mut self.topics),
            Err(refusal) => refusal.into(),
        };
        if let Some(topic_id) = tried {
            self.topics.count_try(topic_id);
        }
        answer
    }

    /// Counts the try of a `TopicId` by a call that does nothing; not, where it cannot be written down.
    pub(crate) fn count_try(&mut self, tried: Option<&str>) {
        if let Some(topic_id) = tried
            && self.write_down(tried, None).is_ok()
        {
            self.topics.count_try(topic_id);
        }
    }

    fn write_down(&mut self, tried: Option<&str>, decision: Option<&Decision>) -> io::Result<()> {
        match &mut self.state_file {
            Some(file) => file.append(&Change::of(tried, decision, &self.topics)),
            None => Ok(()),
        }
    }

    fn check_quota(&mut self, command: Command, now: Moment) -> Result<(), Refusal> {
        if self.quotas[command as usize].accept(now.since_start) {
            Ok(())
        } else {
            Err(Refusal::new(
                code::TOO_FREQUENT,
                format!("more calls of {command} in a second than the quota allows"),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::{Value, json};
    use tempfile::TempDir;

    use super::*;
    use crate::service::differences::Differences;
    use crate::service::operation::tried_topic_id;

    fn at(ms: u64) -> Moment {
        Moment {
            since_start: Duration::from_millis(ms),
            unix: Duration::from_secs(1_700_000_000),
        }
    }

    fn deal(backend: &mut Backend, command: Command, body: &str, ms: u64) -> u32 {
        let operation = Operation::decode(command, body.as_bytes(), &Differences::default());
        let tried = match &operation {
            Ok(operation) => operation.tried_topic_id().cloned(),
            Err(_) => tried_topic_id(body.as_bytes()),
        };
        let decided = backend.decide(command, operation, at(ms));
        backend.carry_out(decided, tried.as_deref()).code
    }

    #[test]
    fn every_command_has_a_quota_of_its_own_and_bad_bodies_use_it_up() {
        let mut backend = Backend::new(Communities::default(), Some(2), CallLog::Off);
        let import = r#"{"GroupId": "@TGS#_g", "TopicName": "a"}"#;
        let get = r#"{"GroupId": "@TGS#_g", "From_Account": "admin"}"#;
        assert_eq!(deal(&mut backend, Command::ImportTopic, "{}", 0), 10004);
        assert_eq!(deal(&mut backend, Command::ImportTopic, import, 1), 0);
        assert_eq!(deal(&mut backend, Command::ImportTopic, import, 2), 60007);
        assert_eq!(deal(&mut backend, Command::ImportTopic, "{}", 3), 60007);
        assert_eq!(deal(&mut backend, Command::GetTopic, get, 4), 0);
        assert_eq!(deal(&mut backend, Command::ImportTopic, import, 1000), 0);
        assert_eq!(backend.topics.len(), 2);
    }

    /// A backend without a quota that keeps its topics in this file.
    fn keeping(path: &Path) -> Backend {
        let mut backend = Backend::new(Communities::default(), None, CallLog::Off);
        let (state_file, topics) = StateFile::open(path).unwrap();
        backend.keep(topics, state_file);
        backend
    }

    fn path() -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.jsonl");
        (directory, path)
    }

    #[test]
    fn what_cannot_be_written_down_is_not_done() {
        let (_directory, path) = path();
        let mut backend = keeping(&path);
        let a = r#"{"GroupId": "@TGS#_g", "TopicId": "@TGS#_g@TOPIC#_a", "TopicName": "a"}"#;
        let b = &a.replace("_a\"", "_b\"");
        let unnamed = r#"{"GroupId": "@TGS#_g", "TopicName": "a"}"#;
        let destroy = r#"{"GroupId": "@TGS#_g", "TopicIdList": ["@TGS#_g@TOPIC#_a"]}"#;
        let get = r#"{"GroupId": "@TGS#_g", "From_Account": "admin"}"#;
        assert_eq!(deal(&mut backend, Command::ImportTopic, a, 0), 0);

        backend.state_file.as_mut().unwrap().refuse_writes(&path);
        for body in [a, b, unnamed] {
            assert_eq!(deal(&mut backend, Command::ImportTopic, body, 1), 10002);
        }
        assert_eq!(deal(&mut backend, Command::DestroyTopic, destroy, 2), 10002);
        backend.count_try(Some("@TGS#_g@TOPIC#_a"));
        // Nothing is to be written.
        assert_eq!(deal(&mut backend, Command::GetTopic, get, 3), 0);
        assert_eq!(deal(&mut backend, Command::ImportTopic, "{}", 4), 10004);

        assert_eq!(backend.topics.len(), 1);
        assert_eq!(backend.topics.tries("@TGS#_g@TOPIC#_a"), 1);
        assert_eq!(backend.topics.tries("@TGS#_g@TOPIC#_b"), 0);
        assert!(backend.topics.next_id("@TGS#_g").ends_with("c00000000001"));
    }

    #[derive(Debug, Clone)]
    enum Event {
        Call(Command, Value),
        TryWithoutWork(String),
        Restart,
    }

    /// Communities, one of which could be taken for a topic of another.
    fn group_id() -> impl Strategy<Value = &'static str> {
        select(vec!["@TGS#_g", "@TGS#_g@TOPIC#_h", "@TGS#_@TGS#cB"])
    }

    fn topic_id(group_id: &str) -> impl Strategy<Value = String> + use<> {
        let own = select(vec![
            "a",
            "b",
            "h",
            "@TOPIC#c00000000001",
            "@TOPIC#c00000000002",
            "",
        ]);
        let group_id = group_id.to_owned();
        own.prop_map(move |own| format!("{group_id}@TOPIC#_{own}"))
    }

    fn text() -> impl Strategy<Value = String> {
        let characters = select(vec!['a', '"', '\\', '\n', '\0', '\u{7f}', 'é', '水', '👋']);
        prop::collection::vec(characters, 0..8).prop_map(String::from_iter)
    }

    fn import() -> impl Strategy<Value = Value> {
        let ids = group_id().prop_flat_map(|group_id| {
            (
                Just(group_id),
                prop::option::weighted(0.7, topic_id(group_id)),
            )
        });
        let accounts = prop_oneof![
            Just(None),
            any::<u64>().prop_map(|number| Some(json!(number))),
            Just(Some(json!("boss"))),
        ];
        let texts = prop::collection::vec(prop::option::of(text()), 4);
        let time = prop::option::of(any::<u32>());
        (ids, text(), accounts, texts, time).prop_map(|(ids, name, account, texts, time)| {
            let mut body = json!({"GroupId": ids.0, "TopicName": name});
            let fields = ["CustomString", "FaceUrl", "Notification", "Introduction"];
            let texts = fields
                .into_iter()
                .zip(texts.into_iter().map(|text| text.map(Value::from)));
            let others = [
                ("TopicId", ids.1.map(Value::from)),
                ("From_Account", account),
                ("CreateTime", time.map(Value::from)),
            ];
            for (field, value) in texts.chain(others) {
                if let Some(value) = value {
                    body[field] = value;
                }
            }
            body
        })
    }

    fn destroy() -> impl Strategy<Value = Value> {
        group_id()
            .prop_flat_map(|group_id| {
                (
                    Just(group_id),
                    prop::collection::vec(topic_id(group_id), 0..4),
                )
            })
            .prop_map(|(group_id, ids)| json!({"GroupId": group_id, "TopicIdList": ids}))
    }

    fn event() -> impl Strategy<Value = Event> {
        let tried = prop_oneof![group_id().prop_flat_map(topic_id), text()];
        prop_oneof![
            6 => import().prop_map(|body| Event::Call(Command::ImportTopic, body)),
            3 => destroy().prop_map(|body| Event::Call(Command::DestroyTopic, body)),
            1 => tried.prop_map(Event::TryWithoutWork),
            1 => Just(Event::Restart),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_restart_at_any_time_changes_nothing(
            events in prop::collection::vec(event(), 0..60),
            reuses_destroyed_ids in any::<bool>(),
        ) {
            let (_directory, path) = path();
            let mut unkept = Backend::new(Communities::default(), None, CallLog::Off);
            let keeping = |path: &Path| {
                let mut kept = keeping(path);
                if reuses_destroyed_ids {
                    kept.topics.reuse_destroyed_ids();
                }
                kept
            };
            if reuses_destroyed_ids {
                unkept.topics.reuse_destroyed_ids();
            }
            let mut kept = keeping(&path);
            for event in events.into_iter().chain([Event::Restart]) {
                match event {
                    Event::Call(command, body) => {
                        let body = body.to_string();
                        let code = deal(&mut kept, command, &body, 0);
                        prop_assert_eq!(code, deal(&mut unkept, command, &body, 0));
                    }
                    Event::TryWithoutWork(topic_id) => {
                        kept.count_try(Some(&topic_id));
                        unkept.count_try(Some(&topic_id));
                    }
                    Event::Restart => {
                        drop(kept);
                        kept = keeping(&path);
                    }
                }
                prop_assert_eq!(&kept.topics, &unkept.topics);
            }
        }
    }
}
