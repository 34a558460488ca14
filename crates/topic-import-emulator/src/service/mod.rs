//! The service: checks who makes a call, does its work and answers it.

pub(crate) mod answer;
pub(crate) mod body;
pub(crate) mod code;
pub(crate) mod communities;
pub(crate) mod community;
pub(crate) mod daily_increase;
pub(crate) mod difference;
pub(crate) mod differences;
pub(crate) mod field;
pub(crate) mod gateway;
pub(crate) mod limits;
pub(crate) mod operation;
pub(crate) mod query;
pub(crate) mod quota;
pub(crate) mod refusal;
pub(crate) mod route;
pub(crate) mod user_sig;

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::http::request::Parts;

use crate::app::App;
use crate::clock::{Clock, Moment};
use crate::command::Command;
use crate::faults::fault::Fault;
use crate::faults::plan::FaultPlan;
use crate::faults::running_plan::RunningPlan;
use crate::memory::call::{Call, Outcome};
use crate::memory::calls::Calls;
use crate::memory::change::Change;
use crate::memory::groups::Groups;
use crate::memory::state_file::StateFile;
use crate::memory::topics::Topics;
use crate::service::answer::Answer;
use crate::service::communities::Communities;
use crate::service::differences::Differences;
use crate::service::operation::{Decision, Situation};
use crate::service::query::Query;
use crate::service::quota::Quota;
use crate::service::refusal::Refusal;
use crate::service::route::Route;
use crate::service::user_sig::Validity;

/// The longest request body that is accepted, in bytes: far more than any call of the API needs.
pub(crate) const BODY_MAX: usize = 1024 * 1024;

/// The service without a network: it takes a request and returns the API's answer.
pub(crate) struct Service {
    app: App,
    pub(crate) communities: Communities,
    pub(crate) topics: Topics,
    pub(crate) groups: Groups,
    pub(crate) calls: Calls,
    /// The file to which every change of the topics and the communities is written before it is made.
    pub(crate) state_file: Option<StateFile>,
    /// In the order of [`Command::ALL`].
    quotas: [Quota; Command::ALL.len()],
    faults: RunningPlan,
    differences: Differences,
    clock: Clock,
}

/// A request as it was received.
pub(crate) struct Received<'a> {
    pub(crate) head: &'a Parts,
    pub(crate) route: Route,
    /// The body; `None` if it is too long or was not read.
    pub(crate) body: Option<&'a [u8]>,
    /// The fault that the request is to suffer, if any.
    pub(crate) fault: Option<Fault>,
}

/// Locks the service, even if the lock is poisoned.
pub(crate) fn lock(service: &Mutex<Service>) -> MutexGuard<'_, Service> {
    service.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Service {
    pub(crate) fn new(
        app: App,
        communities: Communities,
        quota: Option<u32>,
        plan: FaultPlan,
        differences: Differences,
    ) -> Self {
        let clock = Clock::start();
        Self {
            app,
            communities,
            topics: Topics::default(),
            groups: Groups::default(),
            calls: Calls::default(),
            state_file: None,
            quotas: Command::ALL.map(|_| Quota::new(quota)),
            faults: RunningPlan::new(plan, clock.now()),
            differences,
            clock,
        }
    }

    /// Starts with these topics and communities, and writes every change of them to the file.
    pub(crate) fn keep(&mut self, topics: Topics, groups: Groups, state_file: StateFile) {
        self.topics = topics;
        self.groups = groups;
        self.state_file = Some(state_file);
    }

    pub(crate) fn set_faults(&mut self, plan: FaultPlan) {
        self.faults = RunningPlan::new(plan, self.clock.now());
    }

    /// The fault that a request to this route is to suffer. Call this once per request, because it counts requests.
    pub(crate) fn fault(&mut self, route: Route) -> Option<Fault> {
        self.faults.next(route.command()?)
    }

    /// Does the work of a call and returns the answer.
    pub(crate) fn answer(&mut self, received: &Received<'_>) -> Answer {
        let now = self.clock.now();
        let tried = received.tried_topic_id();
        let spared = match received.fault {
            Some(Fault::Item { all: true, .. }) => usize::MAX,
            Some(Fault::Item { all: false, .. }) => 1,
            _ => 0,
        };
        let decided = self
            .admit(received, now)
            .and_then(|command| self.decide(command, received.body, now, spared));
        let answer = self.carry_out(decided, tried.clone());
        let answer = self.differences.alter(answer);
        self.note(received, tried, now, Some(answer.code));
        answer
    }

    /// Records a request whose work is prevented by a fault, or that is not for the API.
    pub(crate) fn leave_undone(&mut self, received: &Received<'_>) {
        let now = self.clock.now();
        let tried = received.tried_topic_id();
        let change = Change {
            tried: tried.clone(),
            ..Change::default()
        };
        // A try that cannot be written to the state file is not counted; the client gets no answer that depends on it.
        self.make(change).ok();
        self.note(received, tried, now, None);
    }

    fn admit(&self, received: &Received<'_>, now: Moment) -> Result<Command, Refusal> {
        self.differences.check_path(received.head.uri.path())?;
        let validity = Validity {
            now: now.unix,
            signed_from: self
                .faults
                .signatures_expired_before(now)
                .unwrap_or_default(),
        };
        gateway::admit(&self.app, received.head, received.route, validity)
    }

    /// Decides the result of a call that the gateway accepted. The quota comes first: a call counts against it even if
    /// it is refused later.
    fn decide(
        &mut self,
        command: Command,
        body: Option<&[u8]>,
        now: Moment,
        spared: usize,
    ) -> Result<Decision, Refusal> {
        if !self.quotas[command as usize].accept(now.since_start) {
            return Err(Refusal::new(
                code::TOO_FREQUENT,
                format!("more calls of {command} in a second than the quota allows"),
            ));
        }
        let body = body.ok_or_else(|| {
            Refusal::new(
                code::INVALID_URL,
                format!("the body is longer than {BODY_MAX} bytes"),
            )
        })?;
        let situation = Situation {
            communities: &self.communities,
            topics: &self.topics,
            groups: &self.groups,
            differences: &self.differences,
            now,
            spared,
        };
        operation::decide(command, body, situation)
    }

    /// Carries out what was decided and counts the try of a `TopicId`, or does neither if the state file cannot be
    /// written.
    fn carry_out(&mut self, decided: Result<Decision, Refusal>, tried: Option<String>) -> Answer {
        let (change, answer) = match decided {
            Ok(Decision { change, answer }) => (change, answer),
            Err(refusal) => (Change::default(), refusal.into()),
        };
        match self.make(Change { tried, ..change }) {
            Ok(()) => answer,
            Err(error) => Answer::from(Refusal::new(
                code::INTERNAL_ERROR,
                format!("the state file cannot be written: {error}"),
            )),
        }
    }

    /// Writes a change to the state file, if there is one, and then applies it.
    fn make(&mut self, change: Change) -> io::Result<()> {
        if let Some(file) = &mut self.state_file {
            file.append(&change)?;
        }
        let increase = change.increase_of_groups();
        change
            .make(&mut self.topics, &mut self.groups)
            .map_err(io::Error::other)?;
        let now = self.clock.now().unix;
        self.communities.daily_increase.count(now, increase);
        Ok(())
    }

    fn note(
        &mut self,
        received: &Received<'_>,
        tried: Option<String>,
        now: Moment,
        performed: Option<u32>,
    ) {
        let (outcome, query) = match received.route {
            // Outside the API, the query has no meaning.
            Route::Elsewhere => (Outcome::Status(404), None),
            _ => (
                Outcome::of(received.fault, performed),
                Query::parse(received.head.uri.query().unwrap_or_default()).ok(),
            ),
        };
        self.calls.note(outcome, |number| Call {
            number,
            at: now.since_start,
            unix_time: now.unix,
            command: received.route.command(),
            random: query.map(|query| query.random),
            topic_id: tried,
            fault: received.fault,
            performed,
            outcome,
        });
    }
}

impl Received<'_> {
    /// The `TopicId` for which an import asks; `None` if it has none or its body cannot be read.
    fn tried_topic_id(&self) -> Option<String> {
        let is_import = self.route.command() == Some(Command::ImportTopic);
        self.body
            .filter(|_| is_import)
            .and_then(operation::tried_topic_id)
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

    fn at(ms: u64) -> Moment {
        Moment {
            since_start: Duration::from_millis(ms),
            unix: Duration::from_secs(1_700_000_000),
        }
    }

    fn service(quota: Option<u32>) -> Service {
        Service::new(
            App::default(),
            Communities::default(),
            quota,
            FaultPlan::new(),
            Differences::default(),
        )
    }

    fn deal(service: &mut Service, command: Command, body: &str, ms: u64) -> u32 {
        let decided = service.decide(command, Some(body.as_bytes()), at(ms), 0);
        let tried = match command {
            Command::ImportTopic => operation::tried_topic_id(body.as_bytes()),
            _ => None,
        };
        service.carry_out(decided, tried).code
    }

    fn count_try(service: &mut Service, topic_id: &str) {
        let tried = Some(topic_id.to_owned());
        let change = Change {
            tried,
            ..Change::default()
        };
        service.make(change).ok();
    }

    #[test]
    fn every_command_has_a_quota_of_its_own_and_bad_bodies_use_it_up() {
        let mut service = service(Some(2));
        let import = r#"{"GroupId": "@TGS#_g", "TopicName": "a"}"#;
        let get = r#"{"GroupId": "@TGS#_g", "From_Account": "admin"}"#;
        assert_eq!(deal(&mut service, Command::ImportTopic, "{}", 0), 10004);
        assert_eq!(deal(&mut service, Command::ImportTopic, import, 1), 0);
        assert_eq!(deal(&mut service, Command::ImportTopic, import, 2), 60007);
        assert_eq!(deal(&mut service, Command::ImportTopic, "{}", 3), 60007);
        assert_eq!(deal(&mut service, Command::GetTopic, get, 4), 0);
        assert_eq!(deal(&mut service, Command::ImportTopic, import, 1000), 0);
        assert_eq!(service.topics.len(), 2);
    }

    /// A service without a quota that keeps its topics in this file.
    fn keeping(path: &Path) -> Service {
        let mut service = service(None);
        let (state_file, topics, groups) = StateFile::open(path).unwrap();
        service.keep(topics, groups, state_file);
        service
    }

    fn path() -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.jsonl");
        (directory, path)
    }

    #[test]
    fn what_cannot_be_written_down_is_not_done() {
        let (_directory, path) = path();
        let mut service = keeping(&path);
        let a = r#"{"GroupId": "@TGS#_g", "TopicId": "@TGS#_g@TOPIC#_a", "TopicName": "a"}"#;
        let b = &a.replace("_a\"", "_b\"");
        let unnamed = r#"{"GroupId": "@TGS#_g", "TopicName": "a"}"#;
        let destroy = r#"{"GroupId": "@TGS#_g", "TopicIdList": ["@TGS#_g@TOPIC#_a"]}"#;
        let get = r#"{"GroupId": "@TGS#_g", "From_Account": "admin"}"#;
        assert_eq!(deal(&mut service, Command::ImportTopic, a, 0), 0);

        service.state_file.as_mut().unwrap().refuse_writes(&path);
        for body in [a, b, unnamed] {
            assert_eq!(deal(&mut service, Command::ImportTopic, body, 1), 10002);
        }
        assert_eq!(deal(&mut service, Command::DestroyTopic, destroy, 2), 10002);
        count_try(&mut service, "@TGS#_g@TOPIC#_a");
        // From here on, nothing may be written.
        assert_eq!(deal(&mut service, Command::GetTopic, get, 3), 0);
        assert_eq!(deal(&mut service, Command::ImportTopic, "{}", 4), 10004);

        assert_eq!(service.topics.len(), 1);
        assert_eq!(service.topics.tries("@TGS#_g@TOPIC#_a"), 1);
        assert_eq!(service.topics.tries("@TGS#_g@TOPIC#_b"), 0);
        assert!(service.topics.next_id("@TGS#_g").ends_with("c00000000001"));
    }

    #[derive(Debug, Clone)]
    enum Event {
        Call(Command, Value),
        TryWithoutWork(String),
        Restart,
    }

    /// Communities, one of which has an ID that looks like that of another's topic.
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

    fn import_group() -> impl Strategy<Value = Value> {
        (prop::option::of(group_id()), text()).prop_map(|(group_id, name)| {
            let mut body = json!({"Type": "Community", "Name": name, "SupportTopic": 1});
            if let Some(group_id) = group_id {
                body["GroupId"] = group_id.into();
            }
            body
        })
    }

    fn destroy_group() -> impl Strategy<Value = Value> {
        group_id().prop_map(|group_id| json!({"GroupId": group_id}))
    }

    fn event() -> impl Strategy<Value = Event> {
        let tried = prop_oneof![group_id().prop_flat_map(topic_id), text()];
        prop_oneof![
            6 => import().prop_map(|body| Event::Call(Command::ImportTopic, body)),
            3 => destroy().prop_map(|body| Event::Call(Command::DestroyTopic, body)),
            2 => import_group().prop_map(|body| Event::Call(Command::ImportGroup, body)),
            1 => destroy_group().prop_map(|body| Event::Call(Command::DestroyGroup, body)),
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
            let mut unkept = service(None);
            let keeping = |path: &Path| {
                let mut kept = keeping(path);
                if reuses_destroyed_ids {
                    kept.topics.reuse_destroyed_ids();
                    kept.groups.reuse_destroyed_ids();
                }
                kept
            };
            if reuses_destroyed_ids {
                unkept.topics.reuse_destroyed_ids();
                unkept.groups.reuse_destroyed_ids();
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
                        count_try(&mut kept, &topic_id);
                        count_try(&mut unkept, &topic_id);
                    }
                    Event::Restart => {
                        drop(kept);
                        kept = keeping(&path);
                    }
                }
                prop_assert_eq!(&kept.topics, &unkept.topics);
                prop_assert_eq!(&kept.groups, &unkept.groups);
            }
        }
    }
}
