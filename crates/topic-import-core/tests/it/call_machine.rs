//! An adversary drives calls: whatever the network and the service do, a call ends, and what it says is true.
//!
//! A small model of the service knows what was executed. Every reply is noted with what it proves, by this file's own
//! reading of the protocol, and the outcome is held against both.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};
use topic_import_core::http::{HttpRequest, HttpResponse};
use topic_import_core::{CODES, Call, CallError, Conflict, Failure, ImportTopic, Imported};

use crate::support::{
    Driver, Reply, TOPIC, Turn, answer, body, cases, command, created, named, parameter, read_back,
    refusal, session, shown, unnamed,
};

const ASSIGNED: &str = "@TGS#_riverside@TOPIC#_@TOPIC#c1";
/// The codes after which a call may have been executed.
const MAYBE: [i64; 3] = [10002, 60008, 60013];
const IN_USE: i64 = 10021;
/// The codes that say of a group that it has no topics.
const NO_TOPICS: [i64; 3] = [10010, 10015, 11000];
/// What `get_topic` shows of what was sent.
const COMPARED: [&str; 6] = [
    "TopicName",
    "CustomString",
    "FaceUrl",
    "Notification",
    "Introduction",
    "CreateTime",
];

/// What the adversary has planned for an attempt.
#[derive(Clone, Debug)]
struct Move {
    reply: Planned,
    /// Where the reply leaves it open.
    executes: bool,
    takes: Duration,
    slot_takes: Duration,
    asks_early: u32,
}

#[derive(Clone, Debug)]
enum Planned {
    /// The service does and says what it should.
    Honest,
    Code(i64),
    Status(u16),
    Garbled(Garbled),
    NotSent,
    MaybeSent,
    Forgotten,
    /// What `get_topic` says, true or not; to `import_topic`, the service is honest.
    Claim(Claim),
}

/// A body at status 200 that says nothing that can be relied on.
#[derive(Clone, Copy, Debug)]
enum Garbled {
    Html,
    CutShort(usize),
    SuccessThatFails,
    RefusalThatIsOk,
    WithoutCode,
    OddCode,
    WithoutTopicId,
    OtherTopicId,
}

#[derive(Clone, Debug)]
enum Claim {
    Equal,
    Different(Vec<&'static str>),
    ItemError(i64),
    Empty,
    MissingList,
    OtherTopic,
}

/// What an attempt's reply proves.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Created,
    Refused(i64),
    InUse,
    Maybe,
    NotExecuted,
    Equal,
    /// Field, wanted, found.
    Different(Vec<(String, String, String)>),
    Absent,
    Unread,
}

/// The service's side.
#[derive(Clone, Debug)]
struct Service {
    /// What stands under [`TOPIC`].
    topic: Option<Value>,
    /// Fields that `get_topic` does not show.
    hidden: Vec<&'static str>,
    executions: u32,
}

impl Service {
    /// The ID of the topic, if the service imports it.
    fn import(&mut self, sent: &Value) -> Option<&'static str> {
        let id = match sent.get("TopicId") {
            Some(_) if self.topic.is_some() => return None,
            Some(_) => {
                self.topic = Some(sent.clone());
                TOPIC
            }
            None => ASSIGNED,
        };
        self.executions += 1;
        Some(id)
    }

    fn visible(&self, topic: &Value) -> Value {
        let fields = topic.as_object().unwrap().iter();
        fields
            .filter(|(name, _)| {
                *name == "TopicId"
                    || COMPARED.contains(&name.as_str()) && !self.hidden.contains(&name.as_str())
            })
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// The topic with other content in these fields.
fn altered(topic: &Value, fields: &[&str]) -> Value {
    let mut other = topic.clone();
    for field in fields {
        other[*field] = match &topic[*field] {
            Value::String(text) => json!(format!("{text}!")),
            number => json!(number.as_i64().unwrap() - 1),
        };
    }
    other
}

/// What a topic that is shown so proves.
fn compared(sent: &Value, visible: &Value) -> Seen {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let differences: Vec<_> = COMPARED
        .into_iter()
        .filter_map(|field| {
            let (wanted, found) = (sent.get(field)?, visible.get(field)?);
            (wanted != found).then(|| (field.to_owned(), text(wanted), text(found)))
        })
        .collect();
    if differences.is_empty() {
        Seen::Equal
    } else {
        Seen::Different(differences)
    }
}

impl Garbled {
    fn response(self) -> HttpResponse {
        let body = match self {
            Self::Html => json!("<html>Bad gateway</html>"),
            Self::CutShort(bytes) => {
                let whole = created(TOPIC).body;
                return HttpResponse::new(200, whole[..bytes % whole.len()].to_vec());
            }
            Self::SuccessThatFails => {
                json!({"ActionStatus": "FAIL", "ErrorCode": 0, "TopicId": TOPIC})
            }
            Self::RefusalThatIsOk => json!({"ActionStatus": "OK", "ErrorCode": 10010}),
            Self::WithoutCode => json!({"ActionStatus": "OK", "TopicId": TOPIC}),
            Self::OddCode => json!({"ActionStatus": "FAIL", "ErrorCode": "10010"}),
            Self::WithoutTopicId => json!({"ActionStatus": "OK", "ErrorCode": 0}),
            Self::OtherTopicId => json!({"ActionStatus": "OK", "ErrorCode": 0, "TopicId": ""}),
        };
        answer(&body)
    }

    /// To `get_topic`, an answer without a list is an answer.
    fn reads_as_nothing_there(self) -> bool {
        matches!(self, Self::WithoutTopicId | Self::OtherTopicId)
    }
}

impl Claim {
    /// The answer to `get_topic`, and what it proves.
    fn tell(&self, sent: &Value, service: &Service) -> (HttpResponse, Seen) {
        let absent = |items: Value| (read_back(&items), Seen::Absent);
        match self {
            Self::Equal => (shown(&service.visible(sent)), Seen::Equal),
            Self::Different(fields) => {
                let topic = service.visible(&altered(sent, fields));
                (shown(&topic), compared(sent, &topic))
            }
            Self::ItemError(code) => {
                absent(json!([{"ErrorCode": code, "ErrorInfo": "gone", "TopicInfo": sent}]))
            }
            Self::Empty => absent(json!([])),
            Self::OtherTopic => {
                let mut other = sent.clone();
                other["TopicId"] = json!(ASSIGNED);
                absent(json!([{"ErrorCode": 0, "TopicInfo": other}]))
            }
            Self::MissingList => {
                let whole = json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0});
                (answer(&whole), Seen::Absent)
            }
        }
    }
}

impl Move {
    /// Does to the service what comes of an `import_topic`; the reply, and what it proves.
    fn import(&self, sent: &Value, service: &mut Service) -> (Reply, Seen) {
        let (reply, seen) = match &self.reply {
            Planned::Honest | Planned::Claim(_) => match service.import(sent) {
                Some(id) => (created(id).into(), Seen::Created),
                None => (refusal(IN_USE).into(), Seen::InUse),
            },
            Planned::Code(IN_USE) => (refusal(IN_USE).into(), Seen::InUse),
            Planned::Code(code) if MAYBE.contains(code) => (refusal(*code).into(), Seen::Maybe),
            Planned::Code(code) => (refusal(*code).into(), Seen::Refused(*code)),
            Planned::Status(status) => {
                let seen = match status {
                    500..=599 => Seen::Maybe,
                    _ => Seen::NotExecuted,
                };
                let response = HttpResponse::new(*status, created(TOPIC).body);
                (response.into(), seen)
            }
            Planned::Garbled(garbled) => (garbled.response().into(), Seen::Maybe),
            Planned::NotSent => (Reply::NotSent, Seen::NotExecuted),
            Planned::MaybeSent => (Reply::MaybeSent, Seen::Maybe),
            Planned::Forgotten => (Reply::Forgotten, Seen::Maybe),
        };
        if seen == Seen::Maybe && self.executes {
            service.import(sent);
        }
        (reply, seen)
    }

    /// What comes of a `get_topic`, and what it proves.
    fn read_back(&self, sent: &Value, service: &Service) -> (Reply, Seen) {
        match &self.reply {
            Planned::Honest => match &service.topic {
                Some(topic) => {
                    let visible = service.visible(topic);
                    (shown(&visible).into(), compared(sent, &visible))
                }
                None => (read_back(&json!([])).into(), Seen::Absent),
            },
            Planned::Claim(claim) => {
                let (response, seen) = claim.tell(sent, service);
                (response.into(), seen)
            }
            Planned::Code(code) if NO_TOPICS.contains(code) => {
                (refusal(*code).into(), Seen::Absent)
            }
            Planned::Code(code) => (refusal(*code).into(), Seen::Unread),
            Planned::Status(status) => {
                (HttpResponse::new(*status, Vec::new()).into(), Seen::Unread)
            }
            Planned::Garbled(garbled) => {
                let seen = if garbled.reads_as_nothing_there() {
                    Seen::Absent
                } else {
                    Seen::Unread
                };
                (garbled.response().into(), seen)
            }
            Planned::NotSent => (Reply::NotSent, Seen::Unread),
            Planned::MaybeSent => (Reply::MaybeSent, Seen::Unread),
            Planned::Forgotten => (Reply::Forgotten, Seen::Unread),
        }
    }
}

/// A whole game: a request, a service and what happens to each attempt.
#[derive(Clone, Debug)]
struct Game {
    request: ImportTopic,
    service: Service,
    moves: Vec<Move>,
    deadline: Duration,
}

/// A game that is over.
struct Played {
    requests: Vec<HttpRequest>,
    seen: Vec<Seen>,
    outcome: Result<Imported, CallError>,
    service: Service,
}

impl Game {
    /// Plays it to its end. When the moves are used up, nothing is answered and time runs out.
    fn play(self) -> Played {
        let mut driver = Driver::new(session());
        let last = Move {
            reply: Planned::MaybeSent,
            executes: false,
            takes: self.deadline,
            slot_takes: self.deadline,
            asks_early: 0,
        };
        let most = self.moves.len() + 3;
        let mut moves = self.moves.into_iter().chain(std::iter::repeat(last));
        let mut service = self.service;
        let sent = serde_json::to_value(&self.request).unwrap();
        let mut call = Call::new(self.request).with_deadline(self.deadline);
        let (mut requests, mut seen) = (Vec::new(), Vec::new());
        let outcome = loop {
            let next = moves.next().unwrap();
            driver.asks_early = next.asks_early;
            driver.slot_takes = next.slot_takes;
            let request = match driver.turn(&mut call) {
                Turn::Sent(request) => request,
                Turn::Ended(outcome) => break outcome,
            };
            let (reply, proof) = match command(&request) {
                "import_topic" => {
                    assert_eq!(body(&request), sent);
                    next.import(&sent, &mut service)
                }
                _ => next.read_back(&sent, &service),
            };
            driver.pass(next.takes);
            let _ = driver.report(&mut call, reply);
            requests.push(request);
            seen.push(proof);
            assert!(
                requests.len() <= most,
                "time has run out, and it still sends"
            );
        };
        assert!(matches!(
            driver.turn(&mut call),
            Turn::Ended(Err(CallError::Ended))
        ));
        Played {
            requests,
            seen,
            outcome,
            service,
        }
    }
}

impl Played {
    fn imports(&self) -> impl DoubleEndedIterator<Item = &Seen> {
        self.seen_of("import_topic")
    }

    fn read_backs(&self) -> impl DoubleEndedIterator<Item = &Seen> {
        self.seen_of("get_topic")
    }

    fn seen_of<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = &'a Seen> {
        let both = self.requests.iter().zip(&self.seen);
        both.filter(move |(request, _)| command(request) == name)
            .map(|(_, seen)| seen)
    }

    fn in_doubt(&self) -> bool {
        self.imports().any(|seen| *seen == Seen::Maybe)
    }

    /// The outcome says no more than the replies prove.
    fn assert_outcome_follows_from_replies(&self) {
        let last = self.seen.last().unwrap();
        match &self.outcome {
            Ok(Imported::Created(id)) => {
                assert_eq!(*last, Seen::Created);
                assert!([TOPIC, ASSIGNED].contains(&id.as_str()));
            }
            Ok(Imported::Existing(id)) => {
                assert_eq!(*last, Seen::Equal);
                assert_eq!(id.as_str(), TOPIC);
            }
            Err(CallError::Conflict(conflict)) => assert_eq!(*last, named_by(conflict)),
            Err(CallError::Rejected(refusal)) => {
                let code = refusal.code.get();
                let refused = if code == IN_USE {
                    Seen::InUse
                } else {
                    Seen::Refused(code)
                };
                assert_eq!(self.imports().next_back(), Some(&refused));
                if self.in_doubt() {
                    assert_eq!(*last, Seen::Absent, "rejected, and nobody looked");
                }
            }
            Err(CallError::NotExecuted(failure)) => {
                assert!(!self.in_doubt());
                assert_eq!(self.read_backs().next(), None);
                let proof = failure
                    .code()
                    .map_or(Seen::NotExecuted, |code| Seen::Refused(code.get()));
                assert_eq!(*last, proof);
            }
            Err(CallError::OutcomeUnknown(failure)) => {
                assert!(self.in_doubt() || self.imports().any(|seen| *seen == Seen::InUse));
                if matches!(failure, Failure::NotShown) {
                    assert!(self.read_backs().any(|seen| *seen == Seen::Absent));
                }
            }
            Ok(_) | Err(_) => panic!("{:?}", self.outcome),
        }
    }

    /// The outcome is what the service knows.
    fn assert_outcome_is_true(&self, sent: &Value) {
        let there = self.service.topic.as_ref();
        let equal =
            there.is_some_and(|topic| compared(sent, &self.service.visible(topic)) == Seen::Equal);
        assert!(self.service.executions <= 1, "imported twice");
        match &self.outcome {
            Ok(Imported::Created(id)) => {
                assert_eq!(self.service.executions, 1);
                assert_eq!(id.as_str() == TOPIC, there == Some(sent));
            }
            Ok(Imported::Existing(_)) => assert!(equal),
            Err(CallError::Conflict(_)) => assert!(there.is_some() && !equal),
            Err(CallError::Rejected(_) | CallError::NotExecuted(_)) => {
                assert_eq!(self.service.executions, 0, "{:?}", self.outcome);
            }
            Ok(_) | Err(_) => {}
        }
    }

    /// What may have been executed is repeated with a TopicId alone, and refused for good it is not repeated at all.
    fn assert_nothing_is_sent_that_must_not_be(&self) {
        for (position, seen) in self.seen.iter().enumerate() {
            let later = self.requests[position + 1..].iter().map(command);
            let is_import = command(&self.requests[position]) == "import_topic";
            let unnamed = body(&self.requests[position]).get("TopicId").is_none();
            match seen {
                Seen::Created | Seen::Equal | Seen::Different(_) => assert_eq!(later.count(), 0),
                Seen::Maybe if unnamed => {
                    assert_eq!(later.count(), 0);
                    assert!(matches!(self.outcome, Err(CallError::OutcomeUnknown(_))));
                }
                // Once it reads back, it does nothing else.
                _ if !is_import || *seen == Seen::InUse => {
                    assert!(later.into_iter().all(|command| command == "get_topic"));
                }
                _ => {}
            }
        }
    }

    fn assert_every_attempt_has_its_own_random(&self) {
        let randoms: BTreeSet<_> = self
            .requests
            .iter()
            .map(|request| parameter(request, "random"))
            .collect();
        assert_eq!(randoms.len(), self.requests.len());
    }
}

fn named_by(conflict: &Conflict) -> Seen {
    assert_eq!(conflict.topic_id.as_str(), TOPIC);
    let differences = conflict.differences.iter().map(|difference| {
        (
            difference.field.name().to_owned(),
            difference.wanted.clone(),
            difference.found.clone(),
        )
    });
    Seen::Different(differences.collect())
}

fn any_code() -> impl Strategy<Value = i64> {
    let known: Vec<i64> = CODES.iter().map(|entry| entry.code.get()).collect();
    prop_oneof![
        4 => select(known),
        2 => select(vec![IN_USE, 10002, 70001, 80001]),
        1 => any::<i64>().prop_filter("0 is no failure", |code| *code != 0),
    ]
}

fn any_garbled() -> impl Strategy<Value = Garbled> {
    prop_oneof![
        Just(Garbled::Html),
        any::<usize>().prop_map(Garbled::CutShort),
        Just(Garbled::SuccessThatFails),
        Just(Garbled::RefusalThatIsOk),
        Just(Garbled::WithoutCode),
        Just(Garbled::OddCode),
        Just(Garbled::WithoutTopicId),
        Just(Garbled::OtherTopicId),
    ]
}

fn any_fields() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(COMPARED.to_vec(), 0..=COMPARED.len())
}

fn any_claim() -> impl Strategy<Value = Claim> {
    prop_oneof![
        Just(Claim::Equal),
        any_fields().prop_map(Claim::Different),
        any_code().prop_map(Claim::ItemError),
        Just(Claim::Empty),
        Just(Claim::MissingList),
        Just(Claim::OtherTopic),
    ]
}

/// What the network and an honest service do.
fn any_fault() -> impl Strategy<Value = Planned> {
    prop_oneof![
        3 => Just(Planned::Honest),
        3 => any_code().prop_map(Planned::Code),
        1 => prop_oneof![500_u16..600, Just(429), any::<u16>()]
            .prop_filter("200 is no failure", |status| *status != 200)
            .prop_map(Planned::Status),
        2 => any_garbled().prop_map(Planned::Garbled),
        1 => Just(Planned::NotSent),
        2 => Just(Planned::MaybeSent),
        1 => Just(Planned::Forgotten),
    ]
}

/// What `get_topic` may answer while the topic is there: that there is none would be a claim.
fn is_honest(planned: &Planned) -> bool {
    match planned {
        Planned::Garbled(garbled) => !garbled.reads_as_nothing_there(),
        Planned::Code(code) => !NO_TOPICS.contains(code),
        _ => true,
    }
}

fn any_move(reply: impl Strategy<Value = Planned>) -> impl Strategy<Value = Move> {
    let some_time = prop_oneof![
        3 => Just(0_u64),
        2 => 0_u64..200,
        1 => 0_u64..9_000,
    ];
    (reply, any::<bool>(), some_time.clone(), some_time, 0_u32..4).prop_map(
        |(reply, executes, takes, slot_takes, asks_early)| Move {
            reply,
            executes,
            takes: Duration::from_millis(takes),
            slot_takes: Duration::from_millis(slot_takes),
            asks_early,
        },
    )
}

fn any_game(reply: impl Strategy<Value = Planned>) -> impl Strategy<Value = Game> {
    let start = prop_oneof![
        2 => Just(None),
        2 => any_fields().prop_map(Some),
    ];
    let service = (start, subsequence(COMPARED.to_vec(), 0..3));
    let moves = prop::collection::vec(any_move(reply), 0..25);
    let deadline = (1_u64..120).prop_map(Duration::from_secs);
    (any::<bool>(), service, moves, deadline).prop_map(
        |(has_id, (start, hidden), moves, deadline)| {
            let wanted = serde_json::to_value(named()).unwrap();
            Game {
                request: if has_id { named() } else { unnamed() },
                service: Service {
                    topic: start.map(|fields| altered(&wanted, &fields)),
                    hidden,
                    executions: 0,
                },
                moves,
                deadline,
            }
        },
    )
}

fn any_fault_or_claim() -> impl Strategy<Value = Planned> {
    prop_oneof![
        3 => any_fault(),
        1 => any_claim().prop_map(Planned::Claim),
    ]
}

proptest! {
    #![proptest_config(cases(250))]

    #[test]
    fn what_a_call_says_of_an_honest_service_is_true(
        game in any_game(any_fault().prop_filter("honest", is_honest)),
    ) {
        let sent = serde_json::to_value(&game.request).unwrap();
        game.play().assert_outcome_is_true(&sent);
    }

    #[test]
    fn what_a_call_says_follows_from_what_it_was_told(game in any_game(any_fault_or_claim())) {
        game.play().assert_outcome_follows_from_replies();
    }

    #[test]
    fn a_call_sends_nothing_that_it_must_not(game in any_game(any_fault_or_claim())) {
        game.play().assert_nothing_is_sent_that_must_not_be();
    }

    #[test]
    fn every_attempt_has_a_random_of_its_own(game in any_game(any_fault_or_claim())) {
        game.play().assert_every_attempt_has_its_own_random();
    }

    #[test]
    fn a_request_always_has_time_left_for_its_answer(game in any_game(any_fault_or_claim())) {
        let answer_timeout = Duration::from_secs(5);
        for request in game.play().requests {
            prop_assert!(!request.timeout.is_zero(), "{}", command(&request));
            prop_assert!(request.timeout <= answer_timeout);
        }
    }

    #[test]
    fn a_reply_that_never_changes_ends_before_the_deadline(
        reply in any_fault_or_claim(),
        has_id: bool,
        deadline in (1_u64..600).prop_map(Duration::from_secs),
    ) {
        let mut driver = Driver::new(session());
        let begun = driver.elapsed;
        let request = if has_id { named() } else { unnamed() };
        let sent = serde_json::to_value(&request).unwrap();
        let mut service = Service { topic: None, hidden: Vec::new(), executions: 0 };
        let constant = Move {
            reply,
            executes: false,
            takes: Duration::ZERO,
            slot_takes: Duration::ZERO,
            asks_early: 2,
        };
        let run = driver.run(Call::new(request).with_deadline(deadline), |request| match command(request) {
            "import_topic" => constant.import(&sent, &mut service).0,
            _ => constant.read_back(&sent, &service).0,
        });
        prop_assert!(driver.elapsed - begun < deadline);
        // The waits grow to 2.5 s and more.
        let most = 20 + usize::try_from(deadline.as_secs()).unwrap() / 2;
        prop_assert!(run.sent.len() <= most, "{} requests", run.sent.len());
    }
}

#[test]
fn a_report_that_nobody_waits_for_changes_nothing() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named());
    let _ = driver.report(&mut call, created(ASSIGNED).into());
    let _ = driver.report(&mut call, Reply::NotSent);
    driver.request(&mut call);
    let _ = driver.report(&mut call, refusal(60004).into());
    // A second report on the same attempt.
    let _ = driver.report(&mut call, created(TOPIC).into());
    let _ = driver.report(&mut call, Reply::MaybeSent);
    assert_eq!(
        call.last_failure().and_then(Failure::code).unwrap().get(),
        60004
    );
    driver.request(&mut call);
    assert!(call.last_failure().is_none());
    let _ = driver.report(&mut call, created(TOPIC).into());
    let _ = driver.report(&mut call, refusal(10010).into());
    assert_eq!(call.attempts(), 2);
    assert!(matches!(
        driver.turn(&mut call),
        Turn::Ended(Ok(Imported::Created(_)))
    ));
}

#[test]
fn waits_double_up_to_five_seconds_and_half_of_each_is_drawn() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named()).with_deadline(Duration::from_mins(1));
    let mut longest = Duration::from_millis(100);
    driver.request(&mut call);
    for _ in 0..10 {
        let _ = driver.report(&mut call, refusal(60004).into());
        let before = driver.elapsed;
        driver.request(&mut call);
        let waited = driver.elapsed - before;
        assert!(
            (longest / 2..=longest).contains(&waited),
            "{waited:?} of {longest:?}"
        );
        longest = (longest * 2).min(Duration::from_secs(5));
    }
}

#[test]
fn the_deadline_runs_from_the_first_attempt() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named()).with_deadline(Duration::from_secs(2));
    driver.slot_takes = Duration::from_secs(100);
    let request = driver.request(&mut call);
    assert_eq!(request.timeout, Duration::from_secs(2));
    let _ = driver.report(&mut call, created(TOPIC).into());
    assert!(matches!(driver.turn(&mut call), Turn::Ended(Ok(_))));
}
