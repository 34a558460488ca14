//! One row of the conformance table: what stands there, what is asked, how it must end and what must be on the wire.

use std::fmt::Debug;
use std::time::Duration;

use topic_import_core::{CallError, Endpoint, Failure, ImportTopic, Rate, Scope, Service};
use topic_import_driver::ClientSettings;
use topic_import_emulator::{Builder, FaultPlan, State};

use crate::client::{Client, Ended, Kind};
use crate::identity::Identity;
use crate::outcome::{Outcome, Why};
use crate::stage::{Over, Stage, Standing};
use crate::topic::{altered, found, is_equal, topic};
use crate::watch;
use crate::wire;

/// Long enough for a call that is to come to an end by itself, on a slow machine too.
const PATIENT: Duration = Duration::from_secs(30);
/// For calls that will only ever fail: repeated a few times, then given up.
const SHORT: Duration = Duration::from_millis(1500);

/// What was there before the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Nothing,
    SameTopic,
    OtherTopicOfSameId,
}

/// One row of the table.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    stage: Stage,
    faults: FaultPlan,
    over: Option<Over>,
    identity: Identity,
    service: Service,
    with_topic_id: bool,
    before: Before,
    /// The client has made a call already, over a connection that it keeps.
    is_after_a_call: bool,
    deadline: Duration,
    connect_timeout: Duration,
    answer_timeout: Duration,
    pub(crate) outcome: Outcome,
    scope: Option<Scope>,
    wire: String,
    /// Waits of its own make it take long: begin it early.
    pub(crate) is_long: bool,
}

/// Before the emulator, with the app's key and a `TopicId`.
pub(crate) fn scenario(name: impl Into<String>) -> Scenario {
    Scenario {
        name: name.into(),
        stage: Stage::Emulator(|emulator| emulator),
        faults: FaultPlan::new(),
        over: None,
        identity: Identity::Key,
        service: Service::default(),
        with_topic_id: true,
        before: Before::Nothing,
        is_after_a_call: false,
        deadline: PATIENT,
        connect_timeout: Duration::from_mins(1),
        answer_timeout: Duration::from_mins(1),
        outcome: Outcome::Created,
        scope: None,
        wire: "import=0".to_owned(),
        is_long: false,
    }
}

impl Scenario {
    pub(crate) fn named_so_too(mut self, addition: &str) -> Self {
        self.name = format!("{}, {addition}", self.name);
        self
    }

    pub(crate) fn stage(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }

    pub(crate) fn emulator(self, settings: fn(Builder) -> Builder) -> Self {
        self.stage(Stage::Emulator(settings))
    }

    pub(crate) fn faults(mut self, plan: &str) -> Self {
        self.faults = plan.parse().unwrap();
        self
    }

    pub(crate) fn only_over(mut self, over: Over) -> Self {
        self.over = Some(over);
        self
    }

    pub(crate) fn identity(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }

    pub(crate) fn service(mut self, service: Service) -> Self {
        self.service = service;
        self
    }

    pub(crate) fn without_topic_id(mut self) -> Self {
        self.with_topic_id = false;
        self
    }

    pub(crate) fn same_topic_before(mut self) -> Self {
        self.before = Before::SameTopic;
        self
    }

    pub(crate) fn other_topic_of_same_id_before(mut self) -> Self {
        self.before = Before::OtherTopicOfSameId;
        self
    }

    /// The client has made a call already, over a connection that it keeps.
    pub(crate) fn after_a_call(mut self) -> Self {
        self.is_after_a_call = true;
        self
    }

    /// The call can only fail until its time is over.
    pub(crate) fn short(mut self) -> Self {
        self.deadline = SHORT;
        self
    }

    pub(crate) fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    pub(crate) fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    pub(crate) fn answer_timeout(mut self, timeout: Duration) -> Self {
        self.answer_timeout = timeout;
        self
    }

    pub(crate) fn ends(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    pub(crate) fn reaches(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Ends as unknown, which reaches its row alone.
    pub(crate) fn unknown(self, why: Why) -> Self {
        self.ends(Outcome::Unknown(why)).reaches(Scope::Row)
    }

    /// Ends with an HTTP status that stops the run. Whether it may have been executed is the core's to say.
    pub(crate) fn stopped_by(self, status: u16) -> Self {
        let why = Why::Status(status);
        if (Failure::Status { status }).verdict().maybe_executed {
            self.ends(Outcome::Unknown(why)).reaches(Scope::All)
        } else {
            self.not_executed(why, Scope::All)
        }
    }

    /// Was not executed, and reaches nothing or more.
    pub(crate) fn not_executed(self, why: Why, scope: Scope) -> Self {
        self.ends(Outcome::NotExecuted(why)).reaches(scope)
    }

    pub(crate) fn rejected(self, code: i64, scope: Scope) -> Self {
        self.ends(Outcome::Rejected(code)).reaches(scope)
    }

    /// What must reach the service, in this order: see [`wire`].
    pub(crate) fn wire(mut self, wire: &str) -> Self {
        wire.clone_into(&mut self.wire);
        self
    }

    pub(crate) fn long(mut self) -> Self {
        self.is_long = true;
        self
    }

    pub(crate) fn is_over(&self, over: Over) -> bool {
        self.over.is_none_or(|only| only == over)
    }

    /// Plays it; gives the outcome, and all that is not as it must be.
    pub(crate) fn play(&self, kind: Kind, over: Over) -> (Outcome, Vec<String>) {
        watch::scene(format!("{kind:?} over {over:?}: {}", self.name));
        let standing = self.stage.set_up(over);
        let topic = topic("Welcome", self.with_topic_id);
        if let Some(emulator) = &standing.emulator {
            self.prepare(&standing, &topic);
            emulator.set_faults(self.faults.clone());
        }
        let client = Client::new(kind, &self.settings(&standing, self.identity));
        let mut problems = Problems::default();
        if self.is_after_a_call {
            let ended = client.import(self::topic("Warm-up", true));
            problems.expect("the first call", &Outcome::of(&ended), &Outcome::Created);
        }
        let before = wire::seen(&standing).len();

        let ended = client.import(topic.clone());

        let outcome = Outcome::of(&ended);
        let scope = ended.as_ref().err().map(CallError::scope);
        problems.expect("the outcome", &outcome, &self.outcome);
        problems.expect("how far it reaches", &scope, &self.scope);
        self.check_claims(&topic, &ended, &mut problems);
        self.check_wire(&standing, before, &mut problems);
        if let Some(emulator) = &standing.emulator {
            self.check_state(&topic, &outcome, &emulator.state(), &mut problems);
        }
        if let Err(error) = &ended {
            watch::look_at_error("error", error);
        }
        (outcome, problems.0)
    }

    fn settings(&self, standing: &Standing, identity: Identity) -> ClientSettings {
        let endpoint = Endpoint::custom(standing.origin.clone()).with_service(self.service);
        ClientSettings::new(endpoint, identity.credentials())
            .with_quota(Rate::Unlimited)
            .with_deadline(self.deadline)
            // What a scenario shows is how a failure ends, and not how soon: a slow machine has all the time there is.
            .with_unreachable_deadline(self.deadline)
            .with_connect_timeout(self.connect_timeout)
            .with_answer_timeout(self.answer_timeout)
            .with_extra_certificates(standing.authority.as_bytes())
    }

    /// Brings about what is to be there before.
    fn prepare(&self, standing: &Standing, topic: &ImportTopic) {
        let before = match self.before {
            Before::Nothing => return,
            Before::SameTopic => topic.clone(),
            Before::OtherTopicOfSameId => altered(topic),
        };
        let client = Client::new(Kind::Blocking, &self.settings(standing, Identity::Key));
        assert_eq!(Outcome::of(&client.import(before)), Outcome::Created);
    }

    /// What the end says must fit together.
    fn check_claims(&self, topic: &ImportTopic, ended: &Ended, problems: &mut Problems) {
        match ended {
            Ok(imported) => {
                let id = imported.topic_id().as_str();
                match topic.topic_id() {
                    Some(sent) => problems.expect("the TopicId", &id, &sent.as_str()),
                    None => problems.demand(id.contains("@TOPIC#_"), "the TopicId is none"),
                }
            }
            Err(error) => {
                let is_unknown = matches!(self.outcome, Outcome::Unknown(_));
                let maybe = error.maybe_executed();
                problems.expect("whether it may have been executed", &maybe, &is_unknown);
            }
        }
    }

    fn check_wire(&self, standing: &Standing, before: usize, problems: &mut Problems) {
        let seen = wire::seen(standing);
        let calls = &seen[before..];
        if !wire::is(calls, &self.wire) {
            let calls: Vec<&str> = calls.iter().map(|seen| seen.call.as_str()).collect();
            let calls = calls.join(" ");
            problems.expect("on the wire", &calls, &self.wire);
        }
        let mut randoms: Vec<_> = seen.iter().map(|seen| seen.random).collect();
        randoms.sort_unstable();
        let fresh = randoms.windows(2).all(|pair| pair[0] != pair[1]);
        problems.demand(fresh, "two calls have the same `random`");
        let sent = randoms.iter().all(Option::is_some);
        problems.demand(sent, "a call has no `random`");
    }

    /// What is reported and what is there must agree.
    fn check_state(
        &self,
        topic: &ImportTopic,
        outcome: &Outcome,
        state: &State,
        problems: &mut Problems,
    ) {
        let there = found(topic, state);
        problems.demand(there.len() <= 1, "the topic is there more than once");
        let is_as_sent = there.iter().all(|there| is_equal(topic, there));
        match outcome {
            Outcome::Created | Outcome::Existing => {
                problems.demand(there.len() == 1, "it is not there");
                problems.demand(is_as_sent, "it is not there as it was sent");
            }
            Outcome::Conflict(_) => problems.demand(!is_as_sent, "there is no conflict"),
            // A listed refusal of one who lies about a topic that was there before proves nothing.
            Outcome::Rejected(_) | Outcome::NotExecuted(_) if self.before == Before::Nothing => {
                problems.demand(there.is_empty(), "it is there all the same");
            }
            _ => {}
        }
    }
}

/// All that is not as it must be.
#[derive(Debug, Default)]
struct Problems(Vec<String>);

impl Problems {
    fn expect<T: PartialEq + Debug>(&mut self, what: &str, found: &T, expected: &T) {
        if found != expected {
            self.0.push(format!("{what}: {found:?}, not {expected:?}"));
        }
    }

    fn demand(&mut self, holds: bool, otherwise: &str) {
        if !holds {
            self.0.push(otherwise.to_owned());
        }
    }
}
