//! How each client classes what goes wrong on the way: whether the request can have reached the service, phase by
//! phase. When in doubt, it can.

use std::collections::BTreeMap;
use std::time::Duration;

use topic_import_core::Scope;
use topic_import_core::TransportErrorKind::{
    self, AnswerTimeout, Broken, CertificateExpired, CertificateName, CertificateUntrusted,
    Connect, ConnectTimeout, Dns, NotTls, Refused,
};
use topic_import_core::http::{MAX_HEADER_BYTES, MAX_HEADERS};

use crate::client::Kind;
use crate::conformance;
use crate::listener::Act;
use crate::outcome::{Outcome, Why};
use crate::request::{OWN_HEADERS, answer, room_in_headers, success_of};
use crate::scenario::{Scenario, scenario};
use crate::stage::{Over, Stage};

/// For a phase that takes all the time there is; long enough for the phases before it on a slow machine.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A phase of sending, in which something goes wrong.
struct Phase {
    name: &'static str,
    stage: Stage,
    over: Option<Over>,
    why: Why,
    /// What of it the service has read whole.
    wire: &'static str,
    connect_timeout: Duration,
    answer_timeout: Duration,
    is_first_call: bool,
}

fn phase(name: &'static str, stage: Stage, why: Why) -> Phase {
    let can_have_been_read = matches!(why, Why::MaybeSent(_));
    Phase {
        name,
        stage,
        over: None,
        why,
        wire: if can_have_been_read { "import" } else { "" },
        connect_timeout: 5 * TIMEOUT,
        answer_timeout: 5 * TIMEOUT,
        is_first_call: true,
    }
}

impl Phase {
    fn below_tls(mut self) -> Self {
        self.over = Some(Over::Https);
        self
    }

    fn unread(mut self) -> Self {
        self.wire = "";
        self
    }

    fn connect_timeout(mut self) -> Self {
        self.connect_timeout = TIMEOUT;
        self
    }

    fn answer_timeout(mut self) -> Self {
        self.answer_timeout = TIMEOUT;
        self
    }

    fn after_a_call(mut self) -> Self {
        self.is_first_call = false;
        self
    }

    /// What follows for a call without a `TopicId`, and for one with it.
    fn scenarios(self) -> [Scenario; 2] {
        let mut base = scenario(self.name)
            .connect_timeout(self.connect_timeout)
            .answer_timeout(self.answer_timeout);
        if let Some(over) = self.over {
            base = base.only_over(over);
        }
        if !self.is_first_call {
            base = base.after_a_call();
        }
        if self.connect_timeout == TIMEOUT || self.answer_timeout == TIMEOUT {
            base = base.long();
        }
        if let Why::MaybeSent(_) = self.why {
            let recovers = self.stage.clone().then(vec![Act::Read, Act::SUCCEED]);
            let repeated = match self.wire {
                "" => "import",
                _ => "import import",
            };
            let without = base.clone().stage(self.stage).without_topic_id();
            return [
                base.stage(recovers).wire(repeated),
                without
                    .unknown(self.why)
                    .wire(self.wire)
                    .named_so_too("without TopicId"),
            ];
        }
        let base = if self.connect_timeout == TIMEOUT {
            // Repeated, and so a little longer than a single try.
            base.deadline(TIMEOUT * 5 / 2)
        } else {
            base.short()
        };
        let base = base
            .stage(self.stage)
            .not_executed(self.why, Scope::Nothing)
            .wire("");
        let without = base.clone().without_topic_id();
        [base, without.named_so_too("without TopicId")]
    }
}

pub(crate) fn scenarios() -> Vec<Scenario> {
    [
        before_sending(),
        while_sending(),
        after_sending(),
        over_a_kept_connection(),
    ]
    .into_iter()
    .flatten()
    .flat_map(Phase::scenarios)
    .chain([
        out_of_time_while_connecting(),
        out_of_time_in_the_handshake(),
    ])
    .collect()
}

fn scripted(acts: Vec<Act>) -> Stage {
    Stage::Scripted(vec![acts])
}

fn before_sending() -> Vec<Phase> {
    let not_sent = Why::NotSent;
    let below_tls = |name, acts: Vec<Act>, kind: TransportErrorKind| {
        phase(name, Stage::BelowTls(vec![acts]), not_sent(kind)).below_tls()
    };
    let bad_request = answer("400 Bad Request", "", b"");
    vec![
        phase("no such host", Stage::NoSuchHost, not_sent(Dns)).below_tls(),
        phase("nobody listens", Stage::Refused, not_sent(Refused)),
        phase(
            "no further connection is taken",
            Stage::Full,
            not_sent(ConnectTimeout),
        )
        .connect_timeout(),
        below_tls("silence in the handshake", vec![Act::Hold], ConnectTimeout).connect_timeout(),
        below_tls("closed in the handshake", vec![Act::Await], Connect),
        below_tls(
            "reset in the handshake",
            vec![Act::Await, Act::Reset],
            Connect,
        ),
        below_tls("ended in the handshake", vec![Act::Bye], Connect),
        below_tls(
            "plain HTTP where TLS is spoken",
            vec![Act::Await, Act::Send(bad_request), Act::Bye],
            NotTls,
        ),
        phase(
            "untrusted",
            Stage::Untrusted,
            not_sent(CertificateUntrusted),
        )
        .below_tls(),
        phase("another host", Stage::OtherName, not_sent(CertificateName)).below_tls(),
        phase("run out", Stage::Expired, not_sent(CertificateExpired)).below_tls(),
    ]
}

fn while_sending() -> Vec<Phase> {
    let broken = Why::MaybeSent(Broken);
    vec![
        phase(
            "reset on the first byte",
            scripted(vec![Act::Await, Act::Reset]),
            broken,
        )
        .unread(),
        phase(
            "ended on the first byte",
            scripted(vec![Act::Await, Act::Bye]),
            broken,
        )
        .unread(),
        phase(
            "never read",
            scripted(vec![Act::HoldUntilLetGo]),
            Why::MaybeSent(AnswerTimeout),
        )
        .unread()
        .answer_timeout(),
    ]
}

fn after_sending() -> Vec<Phase> {
    let send = |text: &str| Act::Send(text.as_bytes().to_vec());
    let half_a_header = || send("HTTP/1.1 200 OK\r\nContent-Ty");
    let whole_header = || send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    let half_a_body = || {
        let whole = answer("200 OK", "", success_of("x").as_bytes());
        Act::Send(whole[..whole.len() - 20].to_vec())
    };
    let half_in_pieces =
        || send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n");
    let broken = |name, acts: &[Act]| {
        let acts = [&[Act::Read], acts].concat();
        phase(name, scripted(acts), Why::MaybeSent(Broken))
    };
    let late = |name, acts: &[Act]| {
        let acts = [&[Act::Read], acts].concat();
        phase(name, scripted(acts), Why::MaybeSent(AnswerTimeout)).answer_timeout()
    };
    let body = success_of("x");
    let with_headers = |headers: &str| Act::Send(answer("200 OK", headers, body.as_bytes()));
    let room = room_in_headers(MAX_HEADER_BYTES, &body);
    let pause = Duration::from_millis(50);
    vec![
        broken("closed before the header", &[]),
        broken("ended before the header", &[Act::Bye]),
        broken("reset before the header", &[Act::Reset]),
        late("silence before the header", &[Act::Hold]),
        broken("closed inside the status line", &[send("HTTP/1.")]),
        broken("closed inside the header", &[half_a_header()]),
        broken("reset inside the header", &[half_a_header(), Act::Reset]),
        late("silence inside the header", &[half_a_header(), Act::Hold]),
        late(
            "drips inside the header",
            &[half_a_header(), Act::Drip(vec![b'x'; 1000], pause)],
        ),
        broken(
            "no end of a header",
            &[half_a_header(), Act::Flood(vec![b'x'; 4096])],
        ),
        broken(
            "no end of headers",
            &[
                send("HTTP/1.1 200 OK\r\n"),
                Act::Flood(b"X: y\r\n".to_vec()),
            ],
        ),
        broken(
            "a byte of headers too much",
            &[
                with_headers(&format!("X: {}\r\n", "x".repeat(room - 4))),
                Act::Hold,
            ],
        ),
        broken(
            "a header too much",
            &[
                with_headers(&"X:\r\n".repeat(MAX_HEADERS - OWN_HEADERS + 1)),
                Act::Hold,
            ],
        ),
        broken(
            "not HTTP",
            &[send("SSH-2.0-OpenSSH_9.9\r\n\r\n"), Act::Hold],
        ),
        broken("closed after the header", &[whole_header()]),
        broken("reset after the header", &[whole_header(), Act::Reset]),
        broken("closed inside the body", &[half_a_body()]),
        broken("ended inside the body", &[half_a_body(), Act::Bye]),
        broken("reset inside the body", &[half_a_body(), Act::Reset]),
        late("silence inside the body", &[half_a_body(), Act::Hold]),
        late(
            "drips inside the body",
            &[whole_header(), Act::Drip(b"        ".to_vec(), TIMEOUT)],
        ),
        broken("closed between the body's pieces", &[half_in_pieces()]),
        late(
            "silence between the body's pieces",
            &[half_in_pieces(), Act::Hold],
        ),
    ]
}

fn over_a_kept_connection() -> Vec<Phase> {
    let broken = |name, acts: &[Act]| {
        let acts = [&[Act::Read, Act::SUCCEED], acts].concat();
        phase(name, scripted(acts), Why::MaybeSent(Broken)).after_a_call()
    };
    vec![
        broken(
            "a kept connection, closed on the next request",
            &[Act::Read],
        ),
        broken(
            "a kept connection, ended on the next request",
            &[Act::Read, Act::Bye],
        ),
        broken(
            "a kept connection, reset on the next request",
            &[Act::Read, Act::Reset],
        ),
        broken(
            "a kept connection, reset on the next request's first byte",
            &[Act::Await, Act::Reset],
        )
        .unread(),
    ]
}

/// The time for the attempt runs out before the time for connecting: nothing was sent all the same.
fn out_of_time_while_connecting() -> Scenario {
    scenario("the attempt's time runs out while connecting, without TopicId")
        .stage(Stage::Full)
        .without_topic_id()
        .deadline(TIMEOUT)
        .not_executed(Why::NotSent(ConnectTimeout), Scope::Nothing)
        .wire("")
        .long()
}

fn out_of_time_in_the_handshake() -> Scenario {
    scenario("the attempt's time runs out in the handshake, without TopicId")
        .stage(Stage::BelowTls(vec![vec![Act::Hold]]))
        .only_over(Over::Https)
        .without_topic_id()
        .deadline(TIMEOUT)
        .not_executed(Why::NotSent(ConnectTimeout), Scope::Nothing)
        .wire("")
        .long()
}

#[test]
fn every_phase_is_classed_alike_by_both_clients_over_both_transports() {
    let mut classes: BTreeMap<String, Vec<(Kind, Over, Why)>> = BTreeMap::new();
    for played in conformance::played() {
        if let Some(Outcome::Unknown(why) | Outcome::NotExecuted(why)) = played.outcome
            && matches!(why, Why::NotSent(_) | Why::MaybeSent(_))
        {
            let classes = classes.entry(played.name.clone()).or_default();
            classes.push((played.kind, played.over, why));
        }
    }
    let mut unlike = Vec::new();
    for (name, classes) in &classes {
        let (_, _, why) = classes[0];
        eprintln!("{name}: {why:?}");
        if classes.iter().any(|(.., other)| *other != why) {
            unlike.push(format!("{name}: {classes:?}"));
        }
    }
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
}
