//! What may happen to a call, played against a small model of the service that knows what was executed.
//!
//! Every reply is noted with what it proves, by this file's own reading of the protocol, and the call's outcome is held
//! against both.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use topic_import_core::http::{HttpRequest, HttpResponse};
use topic_import_core::{Call, CallError, Conflict, Failure, ImportTopic, Imported};

use crate::support::{
    Driver, Reply, TOPIC, Turn, answer, body, command, created, parameter, read_back, refusal,
    session, shown,
};

const ASSIGNED: &str = "@TGS#_riverside@TOPIC#_@TOPIC#c1";
/// The codes after which a call may have been executed.
pub(crate) const MAYBE: [i64; 3] = [10002, 60008, 60013];
/// The codes that say that an ID is in use.
pub(crate) const IN_USE: [i64; 2] = [10021, 10025];
/// The code that says that a group or a topic is not there.
pub(crate) const NOT_THERE: i64 = 10010;
/// The code that says that a topic was deleted.
pub(crate) const DELETED: i64 = 110_003;
/// The statuses that say that the request was not passed on to the service.
const NOT_PASSED_ON: [u16; 10] = [301, 302, 303, 307, 308, 401, 404, 405, 407, 421];
/// How long the service works on a request at the most.
pub(crate) const SERVICE_TAKES: Duration = Duration::from_secs(3);
/// What `get_topic` shows of what was sent.
pub(crate) const COMPARED: [&str; 6] = [
    "TopicName",
    "CustomString",
    "FaceUrl",
    "Notification",
    "Introduction",
    "CreateTime",
];

/// What the adversary has planned for an attempt.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) reply: Planned,
    /// Where the reply leaves it open: whether the call is executed, and how long after it was sent.
    pub(crate) executes: Option<Duration>,
    pub(crate) takes: Duration,
    pub(crate) slot_takes: Duration,
    pub(crate) asks_early: u32,
}

#[derive(Clone, Debug)]
pub(crate) enum Planned {
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
pub(crate) enum Garbled {
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
pub(crate) enum Claim {
    Equal,
    Different(Vec<&'static str>),
    ItemError(i64),
    Empty,
    MissingList,
    OtherTopic,
}

/// What an attempt's reply proves.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    Created,
    Refused(i64),
    InUse,
    Maybe,
    NotExecuted,
    Equal,
    /// Field, wanted, found.
    Different(Vec<(String, String, String)>),
    Absent,
    Deleted,
    Unread,
}

/// The service's side.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    /// What stands under [`TOPIC`].
    pub(crate) topic: Option<Value>,
    /// Fields that `get_topic` does not show.
    pub(crate) hidden: Vec<&'static str>,
    pub(crate) executions: u32,
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

    /// Executes what is due by now of the calls that were left open.
    fn execute(&mut self, late: &mut Vec<Duration>, sent: &Value, now: Duration) {
        let open = late.len();
        late.retain(|due| *due > now);
        for _ in late.len()..open {
            self.import(sent);
        }
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
pub(crate) fn altered(topic: &Value, fields: &[&str]) -> Value {
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
                let seen = match *code {
                    NOT_THERE => Seen::Absent,
                    DELETED => Seen::Deleted,
                    _ => Seen::Unread,
                };
                let item = json!([{"ErrorCode": code, "ErrorInfo": "gone", "TopicInfo": sent}]);
                (read_back(&item), seen)
            }
            Self::Empty => absent(json!([])),
            Self::OtherTopic => {
                let mut other = sent.clone();
                other["TopicId"] = json!(ASSIGNED);
                absent(json!([{"ErrorCode": 0, "TopicInfo": other}]))
            }
            Self::MissingList => {
                let whole = json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0});
                (answer(&whole), Seen::Unread)
            }
        }
    }
}

impl Move {
    /// Does to the service what comes of an `import_topic`; the reply, and what it proves.
    pub(crate) fn import(&self, sent: &Value, service: &mut Service) -> (Reply, Seen) {
        match &self.reply {
            Planned::Honest | Planned::Claim(_) => match service.import(sent) {
                Some(id) => (created(id).into(), Seen::Created),
                None => (refusal(IN_USE[0]).into(), Seen::InUse),
            },
            Planned::Code(code) if IN_USE.contains(code) => (refusal(*code).into(), Seen::InUse),
            Planned::Code(code) if MAYBE.contains(code) => (refusal(*code).into(), Seen::Maybe),
            Planned::Code(code) => (refusal(*code).into(), Seen::Refused(*code)),
            Planned::Status(status) => {
                let seen = if *status == 429 || NOT_PASSED_ON.contains(status) {
                    Seen::NotExecuted
                } else {
                    Seen::Maybe
                };
                let response = HttpResponse::new(*status, created(TOPIC).body);
                (response.into(), seen)
            }
            Planned::Garbled(garbled) => (garbled.response().into(), Seen::Maybe),
            Planned::NotSent => (Reply::NotSent, Seen::NotExecuted),
            Planned::MaybeSent => (Reply::MaybeSent, Seen::Maybe),
            Planned::Forgotten => (Reply::Forgotten, Seen::Maybe),
        }
    }

    /// What comes of a `get_topic`, and what it proves.
    pub(crate) fn read_back(&self, sent: &Value, service: &Service) -> (Reply, Seen) {
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
            Planned::Code(code @ NOT_THERE) => (refusal(*code).into(), Seen::Absent),
            Planned::Code(code @ DELETED) => (refusal(*code).into(), Seen::Deleted),
            Planned::Code(code) => (refusal(*code).into(), Seen::Unread),
            Planned::Status(status) => {
                (HttpResponse::new(*status, Vec::new()).into(), Seen::Unread)
            }
            Planned::Garbled(garbled) => (garbled.response().into(), Seen::Unread),
            Planned::NotSent => (Reply::NotSent, Seen::Unread),
            Planned::MaybeSent => (Reply::MaybeSent, Seen::Unread),
            Planned::Forgotten => (Reply::Forgotten, Seen::Unread),
        }
    }
}

/// A whole game: a request, a service and what happens to each attempt.
#[derive(Clone, Debug)]
pub(crate) struct Game {
    pub(crate) request: ImportTopic,
    pub(crate) service: Service,
    pub(crate) moves: Vec<Move>,
    pub(crate) deadline: Duration,
}

/// A game that is over.
pub(crate) struct Played {
    pub(crate) requests: Vec<HttpRequest>,
    seen: Vec<Seen>,
    outcome: Result<Imported, CallError>,
    service: Service,
    /// From the first attempt's slot to the outcome.
    pub(crate) took: Duration,
}

impl Game {
    /// Plays it to its end. When the moves are used up, nothing is answered and time runs out.
    pub(crate) fn play(self) -> Played {
        let mut driver = Driver::new(session());
        let last = Move {
            reply: Planned::MaybeSent,
            executes: None,
            takes: Duration::MAX,
            slot_takes: Duration::ZERO,
            asks_early: 0,
        };
        let most = self.moves.len() + usize::try_from(self.deadline.as_secs()).unwrap() / 4 + 3;
        let mut moves = self.moves.into_iter().chain(std::iter::repeat(last));
        let mut service = self.service;
        let mut late = Vec::new();
        let sent = serde_json::to_value(&self.request).unwrap();
        let mut call = Call::new(self.request).with_deadline(self.deadline);
        let (mut requests, mut seen) = (Vec::new(), Vec::new());
        let mut begun = None;
        let outcome = loop {
            let next = moves.next().unwrap();
            driver.asks_early = next.asks_early;
            driver.slot_takes = next.slot_takes;
            let request = match driver.turn(&mut call) {
                Turn::Sent(request) => request,
                Turn::Ended(outcome) => break outcome,
            };
            begun.get_or_insert(driver.elapsed);
            service.execute(&mut late, &sent, driver.elapsed);
            let (reply, proof) = match command(&request) {
                "import_topic" => {
                    assert_eq!(body(&request), sent);
                    next.import(&sent, &mut service)
                }
                _ => next.read_back(&sent, &service),
            };
            if let (Seen::Maybe, Some(delay)) = (&proof, next.executes) {
                late.push(driver.elapsed + delay);
                service.execute(&mut late, &sent, driver.elapsed);
            }
            driver.pass(next.takes.min(request.timeout));
            let _ = driver.report(&mut call, reply);
            requests.push(request);
            seen.push(proof);
            assert!(
                requests.len() <= most,
                "time has run out, and it still sends"
            );
        };
        let took = begun.map_or(Duration::ZERO, |begun| driver.elapsed - begun);
        service.execute(&mut late, &sent, Duration::MAX);
        assert!(matches!(
            driver.turn(&mut call),
            Turn::Ended(Err(CallError::Ended))
        ));
        Played {
            requests,
            seen,
            outcome,
            service,
            took,
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
    pub(crate) fn assert_outcome_follows_from_replies(&self) {
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
                let refused = if IN_USE.contains(&code) {
                    Seen::InUse
                } else {
                    Seen::Refused(code)
                };
                assert_eq!(self.imports().next_back(), Some(&refused));
                if self.in_doubt() {
                    assert_eq!(*last, Seen::Absent, "rejected, and nobody looked");
                }
            }
            Err(CallError::NotExecuted(Failure::IdUsedUp)) => {
                assert!(!self.in_doubt());
                assert_eq!(self.imports().next_back(), Some(&Seen::InUse));
                assert_eq!(*last, Seen::Deleted);
            }
            Err(CallError::NotExecuted(failure)) => {
                assert!(!self.in_doubt());
                assert_eq!(self.read_backs().next(), None);
                let proof = failure
                    .code()
                    .map_or(Seen::NotExecuted, |code| Seen::Refused(code.get()));
                assert_eq!(*last, proof);
            }
            Err(CallError::OutcomeUnknown { failure, .. }) => {
                assert!(self.in_doubt() || self.imports().any(|seen| *seen == Seen::InUse));
                if matches!(failure, Failure::NotShown) {
                    assert!(self.read_backs().any(|seen| *seen == Seen::Absent));
                }
            }
            Err(error) => panic!("{error:?}"),
        }
    }

    /// The outcome is what the service knows.
    pub(crate) fn assert_outcome_is_true(&self, sent: &Value) {
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
            Err(_) => {}
        }
    }

    /// What may have been executed is repeated with a TopicId alone, and refused for good it is not repeated at all.
    pub(crate) fn assert_nothing_is_sent_that_must_not_be(&self) {
        for (position, seen) in self.seen.iter().enumerate() {
            let later = self.requests[position + 1..].iter().map(command);
            let is_import = command(&self.requests[position]) == "import_topic";
            let unnamed = body(&self.requests[position]).get("TopicId").is_none();
            match seen {
                Seen::Created | Seen::Equal | Seen::Different(_) => assert_eq!(later.count(), 0),
                Seen::Maybe if unnamed => {
                    assert_eq!(later.count(), 0);
                    assert!(matches!(
                        self.outcome,
                        Err(CallError::OutcomeUnknown { .. })
                    ));
                }
                // Once it reads back, it does nothing else.
                _ if !is_import || *seen == Seen::InUse => {
                    assert!(later.into_iter().all(|command| command == "get_topic"));
                }
                _ => {}
            }
        }
    }

    pub(crate) fn assert_every_attempt_has_its_own_random(&self) {
        let randoms: BTreeSet<_> = self
            .requests
            .iter()
            .map(|request| parameter(request, "random"))
            .collect();
        assert_eq!(randoms.len(), self.requests.len());
    }
}

fn named_by(conflict: &Conflict) -> Seen {
    assert_eq!(conflict.id, TOPIC);
    let differences = conflict.differences.iter().map(|difference| {
        (
            difference.field.name().to_owned(),
            difference.wanted.clone(),
            difference.found.clone(),
        )
    });
    Seen::Different(differences.collect())
}
