//! What several modules need: made-up names, answers of the service, and a driver that holds a call to its contract.

use std::time::Duration;

use proptest::test_runner::Config;
use serde_json::{Value, json};
use topic_import_core::http::{HttpRequest, HttpResponse, SendFailure};
use topic_import_core::{
    Call, CallError, Command, Credentials, Endpoint, Feedback, ImportTopic, Now, Operation, Origin,
    SecretKey, Session, Step, TopicDraft, TransportError, TransportErrorKind, UserId,
};

pub(crate) const GROUP: &str = "@TGS#_riverside";
pub(crate) const TOPIC: &str = "@TGS#_riverside@TOPIC#_welcome";
pub(crate) const KEY: &str = "0b8f1e6a47d93c25e1f07a5b64c8d2390fe6a1b7c3d45e8f9012a3b4c5d6e7f8";
pub(crate) const IDENTIFIER: &str = "administrator";
pub(crate) const SDK_APP_ID: u64 = 1_400_000_001;

/// So many cases, or as many as `PROPTEST_CASES` says. Nothing is written beside the sources: a failing case
/// prints its values, and becomes a test of its own.
pub(crate) fn cases(count: u32) -> Config {
    let cases = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => Config::default().cases,
        None => count,
    };
    Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 10_000,
        ..Config::default()
    }
}

pub(crate) fn key() -> SecretKey {
    SecretKey::parse(KEY).unwrap()
}

pub(crate) fn administrator() -> UserId {
    UserId::parse(IDENTIFIER).unwrap()
}

pub(crate) fn credentials() -> Credentials {
    Credentials::from_key(SDK_APP_ID, administrator().as_str(), KEY).unwrap()
}

/// A host without a backup.
pub(crate) fn endpoint() -> Endpoint {
    Endpoint::custom(Origin::parse("https://chat.example.com").unwrap())
}

pub(crate) fn session() -> Session {
    Session::new(endpoint(), credentials())
}

/// A request with every field that can be read back, under an ID of its own.
pub(crate) fn named() -> ImportTopic {
    let mut draft = full_draft();
    draft.topic_id = Some(TOPIC.into());
    draft.validate().unwrap()
}

/// The same; the service chooses the ID.
pub(crate) fn unnamed() -> ImportTopic {
    full_draft().validate().unwrap()
}

fn full_draft() -> TopicDraft {
    let mut draft = TopicDraft::new(GROUP, "Welcome");
    draft.custom_string = Some("custom".into());
    draft.face_url = Some("https://example.com/face".into());
    draft.notification = Some("notice".into());
    draft.introduction = Some("introduction".into());
    draft.create_time = Some(1_448_357_837);
    draft
}

pub(crate) fn answer(body: &Value) -> HttpResponse {
    HttpResponse::new(200, body.to_string().into_bytes())
}

pub(crate) fn created(topic_id: &str) -> HttpResponse {
    answer(&json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "TopicId": topic_id}))
}

pub(crate) fn refusal(code: i64) -> HttpResponse {
    refusal_saying(code, "made up")
}

pub(crate) fn refusal_saying(code: i64, info: &str) -> HttpResponse {
    answer(&json!({"ActionStatus": "FAIL", "ErrorInfo": info, "ErrorCode": code}))
}

/// `get_topic`'s answer with these items.
pub(crate) fn read_back(items: &Value) -> HttpResponse {
    answer(
        &json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "TopicAndSelfInfo": items}),
    )
}

/// `get_topic`'s answer that shows `topic`.
pub(crate) fn shown(topic: &Value) -> HttpResponse {
    read_back(&json!([{"ErrorCode": 0, "ErrorInfo": "", "TopicInfo": topic, "SelfInfo": {}}]))
}

pub(crate) fn body(request: &HttpRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// The command in the request's URL.
pub(crate) fn command(request: &HttpRequest) -> &str {
    request.url_and_query().0.rsplit('/').next().unwrap()
}

/// The value of a parameter of the URL, as it stands there.
pub(crate) fn parameter<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    let (_, query) = request.url.split_once('?').unwrap();
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        .unwrap()
}

/// What comes of a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Answer(HttpResponse),
    NotSent,
    MaybeSent,
    /// The driver forgets to tell.
    Forgotten,
}

impl From<HttpResponse> for Reply {
    fn from(response: HttpResponse) -> Self {
        Self::Answer(response)
    }
}

/// What a call wants next, waits and slots left out.
pub(crate) enum Turn<T> {
    Sent(HttpRequest),
    Ended(Result<T, CallError>),
}

/// A call from beginning to end.
pub(crate) struct Run<T> {
    pub(crate) sent: Vec<HttpRequest>,
    pub(crate) feedback: Vec<Feedback>,
    pub(crate) outcome: Result<T, CallError>,
}

impl<T> Run<T> {
    pub(crate) fn commands(&self) -> Vec<&str> {
        self.sent.iter().map(command).collect()
    }
}

/// Carries out what calls want, on an invented clock, and checks what holds for every step.
pub(crate) struct Driver {
    pub(crate) session: Session,
    pub(crate) elapsed: Duration,
    /// How often a wait is interrupted by asking early.
    pub(crate) asks_early: u32,
    /// How long the wait for a slot takes.
    pub(crate) slot_takes: Duration,
    draws: u32,
}

impl Driver {
    pub(crate) fn new(session: Session) -> Self {
        Self {
            session,
            elapsed: Duration::from_secs(1_000),
            asks_early: 0,
            slot_takes: Duration::ZERO,
            draws: 0,
        }
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            elapsed: self.elapsed,
            unix_seconds: 1_700_000_000 + self.elapsed.as_secs(),
        }
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.elapsed += time;
    }

    /// Drives the call to its next request, or to its end.
    ///
    /// Checks that a request has exactly one slot, of its own command, and carries the random number that was drawn
    /// last; and that a wait that is interrupted goes on where it was.
    pub(crate) fn turn<O: Operation>(&mut self, call: &mut Call<O>) -> Turn<O::Output> {
        let mut slot: Option<Command> = None;
        let mut still_to_wait: Option<Duration> = None;
        let mut interruptions = self.asks_early;
        for _ in 0..1_000 {
            let (now, random) = (self.now(), self.draw());
            let step = call.next(&mut self.session, now, random);
            if let Some(rest) = still_to_wait.take() {
                assert!(matches!(step, Step::Wait(wait) if wait == rest));
            }
            match step {
                Step::Pace(command) => {
                    assert_eq!(slot.replace(command), None, "a second slot for one request");
                    self.pass(self.slot_takes);
                }
                Step::Wait(wait) => {
                    assert_eq!(slot, None, "a slot, and then a wait");
                    assert!(!wait.is_zero());
                    let part = wait / (interruptions + 1);
                    if interruptions > 0 && part < wait {
                        interruptions -= 1;
                        still_to_wait = Some(wait - part);
                    }
                    self.pass(part);
                }
                Step::Send(request) => {
                    assert_eq!(slot.map(Command::name), Some(command(&request)));
                    assert_eq!(parameter(&request, "random"), random.to_string());
                    return Turn::Sent(request);
                }
                Step::Done(outcome) => return Turn::Ended(outcome),
            }
        }
        panic!("a thousand steps without a request");
    }

    /// Drives the call to its next request, which there must be.
    pub(crate) fn request<O: Operation>(&mut self, call: &mut Call<O>) -> HttpRequest {
        match self.turn(call) {
            Turn::Sent(request) => request,
            Turn::Ended(_) => panic!("the call has ended"),
        }
    }

    pub(crate) fn report<O: Operation>(&mut self, call: &mut Call<O>, reply: Reply) -> Feedback {
        let now = self.now();
        let result = match reply {
            Reply::Answer(response) => Ok(response),
            Reply::NotSent => Err(SendFailure::NotSent(TransportError::new(
                TransportErrorKind::Refused,
                "made up",
            ))),
            Reply::MaybeSent => Err(SendFailure::MaybeSent(TransportError::new(
                TransportErrorKind::Broken,
                "made up",
            ))),
            Reply::Forgotten => return Feedback::Fine,
        };
        call.on_result(&mut self.session, now, result)
    }

    /// Drives the call to its end; no request takes any time.
    pub(crate) fn run<O: Operation, R: Into<Reply>>(
        &mut self,
        mut call: Call<O>,
        mut reply: impl FnMut(&HttpRequest) -> R,
    ) -> Run<O::Output> {
        let mut sent = Vec::new();
        let mut feedback = Vec::new();
        loop {
            match self.turn(&mut call) {
                Turn::Sent(request) => {
                    let reply = reply(&request).into();
                    feedback.push(self.report(&mut call, reply));
                    sent.push(request);
                }
                Turn::Ended(outcome) => {
                    assert_eq!(call.attempts() as usize, sent.len());
                    return Run {
                        sent,
                        feedback,
                        outcome,
                    };
                }
            }
        }
    }

    /// Numbers that all differ: multiplying by an odd number permutes the `u32`s.
    fn draw(&mut self) -> u32 {
        self.draws += 1;
        self.draws.wrapping_mul(2_654_435_769)
    }
}

/// Drives a new call of its own session through these replies; the last one repeats.
pub(crate) fn run_through<const N: usize>(
    request: ImportTopic,
    replies: &[Reply; N],
) -> Run<topic_import_core::Imported> {
    let mut position = 0;
    Driver::new(session()).run(Call::new(request), |_| {
        let reply = replies[position.min(N - 1)].clone();
        position += 1;
        reply
    })
}
