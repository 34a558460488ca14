//! What the service does of its own accord and under the emulator's faults: the second part of the conformance table.

use std::time::Duration;

use topic_import_core::{Scope, Service, TransportErrorKind as Kind, UnreadableReason};
use topic_import_emulator::Community;

use crate::identity::Identity;
use crate::outcome::{Outcome, Why};
use crate::scenario::{Scenario, scenario};
use crate::topic::GROUP;

/// For an answer that does not come; long enough for those that do, on a slow machine too.
const TIMEOUT: Duration = Duration::from_secs(3);

pub(crate) fn scenarios() -> Vec<Scenario> {
    [
        answered(),
        refused_by_the_service_itself(),
        statuses(),
        cut_connections(),
        answers_that_are_none(),
        slow_answers(),
        refused_after_a_maybe(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn answered() -> Vec<Scenario> {
    vec![
        scenario("all is well"),
        scenario("all is well, without TopicId").without_topic_id(),
        scenario("all is well, with a ready-made UserSig").identity(Identity::UserSig),
        scenario("all is well, under the other service name")
            .service(Service::MillionGroupOpenHttpSvc),
        scenario("all is well, over a connection in use").after_a_call(),
        scenario("unknown fields in the answer").faults("extra-fields@1-"),
        scenario("an answer that takes a while").faults("delay-300ms@1-"),
        scenario("an answer in drips").faults("drip-1ms@1-"),
        scenario("the quota is used up")
            .emulator(|emulator| emulator.quota(1))
            .after_a_call()
            .wire("import=60007+ import=0"),
        scenario("the quota is used up, without TopicId")
            .emulator(|emulator| emulator.quota(1))
            .after_a_call()
            .without_topic_id()
            .wire("import=60007+ import=0"),
    ]
}

fn refused_by_the_service_itself() -> Vec<Scenario> {
    let refused = |identity: Identity, code, wire| {
        scenario(format!("{identity:?}"))
            .identity(identity)
            .rejected(code, Scope::All)
            .wire(wire)
    };
    let group = |name: &str| scenario(format!("a community that is {name}"));
    vec![
        refused(Identity::ExpiredUserSig, 70001, "import=70001"),
        refused(Identity::Nonsense, 70003, "import=70003"),
        refused(Identity::WrongKey, 70009, "import=70009"),
        refused(Identity::OtherUsersSig, 70013, "import=70013"),
        refused(Identity::OtherAppsSig, 70014, "import=70014"),
        refused(Identity::OtherApp, 70020, "import=70020"),
        refused(Identity::NotAdmin, 60010, "import=60010"),
        group("gone")
            .emulator(|emulator| emulator.community(GROUP, Community::Deleted))
            .rejected(10010, Scope::Group)
            .wire("import=10010"),
        group("not listed")
            .emulator(topic_import_emulator::Builder::only_listed_communities)
            .rejected(10010, Scope::Group)
            .wire("import=10010"),
        group("without topics")
            .emulator(|emulator| emulator.community(GROUP, Community::WithoutTopics))
            .rejected(11000, Scope::Group)
            .wire("import=11000"),
        group("full")
            .emulator(|emulator| emulator.community(GROUP, Community::FullAt(0)))
            .rejected(10037, Scope::Group)
            .wire("import=10037"),
    ]
}

fn statuses() -> Vec<Scenario> {
    let once = |status: u16, what: &str| {
        scenario(format!("HTTP {status} {what}")).faults(&format!("http{status}@1"))
    };
    let mut scenarios = Vec::new();
    for status in [500, 502, 503, 504, 599] {
        let why = Why::Status(status);
        let done = format!("http{status}-done@1");
        scenarios.extend([
            once(status, "once").wire("import=- import=0"),
            once(status, "once, done")
                .faults(&done)
                .ends(Outcome::Existing)
                .wire("import=0 import=10021 get=0"),
            once(status, "once, without TopicId")
                .without_topic_id()
                .unknown(why)
                .wire("import=-"),
            once(status, "once, done, without TopicId")
                .faults(&done)
                .without_topic_id()
                .unknown(why)
                .wire("import=0"),
            once(status, "for good")
                .faults(&format!("http{status}@1-"))
                .short()
                .unknown(why)
                .wire("import=-+"),
        ]);
    }
    let throttled = Why::Status(429);
    scenarios.extend([
        once(429, "once").wire("import=- import=0"),
        once(429, "once, without TopicId")
            .without_topic_id()
            .wire("import=- import=0"),
        once(429, "for good")
            .faults("http429@1-")
            .short()
            .not_executed(throttled, Scope::Nothing)
            .wire("import=-+"),
    ]);
    for status in [
        201, 202, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 407, 408, 409, 418, 421,
        499,
    ] {
        let stopped = |what: &str| once(status, what).stopped_by(status).wire("import=-");
        scenarios.extend([
            stopped("once"),
            stopped("once, without TopicId").without_topic_id(),
        ]);
    }
    scenarios
}

/// A fault that leaves open whether the call was executed: repeated with a `TopicId`, never without one.
fn maybe(fault: &str, done: bool, why: Why) -> [Scenario; 3] {
    let (recovers, ends, once) = if done {
        ("import=0 import=10021 get=0", Outcome::Existing, "import=0")
    } else {
        ("import=- import=0", Outcome::Created, "import=-")
    };
    let plan = format!("{fault}@1");
    [
        scenario(format!("{fault} once"))
            .faults(&plan)
            .ends(ends.clone())
            .wire(recovers),
        scenario(format!("{fault} once, over a connection in use"))
            .faults(&format!("{fault}@2"))
            .after_a_call()
            .ends(ends)
            .wire(recovers),
        scenario(format!("{fault} once, without TopicId"))
            .faults(&plan)
            .without_topic_id()
            .unknown(why)
            .wire(once),
    ]
}

fn cut_connections() -> Vec<Scenario> {
    let broken = Why::MaybeSent(Kind::Broken);
    let mut scenarios: Vec<Scenario> = [
        maybe("reset-before", false, broken),
        maybe("reset-after", false, broken),
        maybe("lost", true, broken),
        maybe("truncated", true, broken),
    ]
    .into_iter()
    .flatten()
    .collect();
    for fault in ["reset-before", "reset-after"] {
        scenarios.push(
            scenario(format!("{fault} for good"))
                .faults(&format!("{fault}@1-"))
                .short()
                .unknown(broken)
                .wire("import=-+"),
        );
        scenarios.push(
            scenario(format!(
                "{fault}, without TopicId, over a connection in use"
            ))
            .faults(&format!("{fault}@2"))
            .after_a_call()
            .without_topic_id()
            .unknown(broken)
            .wire("import=-"),
        );
    }
    scenarios.push(
        scenario("lost, without TopicId, over a connection in use")
            .faults("lost@2")
            .after_a_call()
            .without_topic_id()
            .unknown(broken)
            .wire("import=0"),
    );
    scenarios
}

fn answers_that_are_none() -> Vec<Scenario> {
    [
        ("cut-json", UnreadableReason::NotJson),
        ("not-json", UnreadableReason::NotJson),
        ("zero-with-fail", UnreadableReason::Contradiction),
        ("code-with-ok", UnreadableReason::Contradiction),
        ("no-topic-id", UnreadableReason::WithoutId),
    ]
    .into_iter()
    .flat_map(|(fault, reason)| maybe(fault, true, Why::Unreadable(reason)))
    .collect()
}

fn slow_answers() -> Vec<Scenario> {
    let late = Why::MaybeSent(Kind::AnswerTimeout);
    let slow = |fault: &str| {
        maybe(fault, true, late).map(|scenario| scenario.answer_timeout(TIMEOUT).long())
    };
    let mut scenarios: Vec<Scenario> = [slow("delay-1h"), slow("drip-1s")]
        .into_iter()
        .flatten()
        .collect();
    scenarios.push(
        scenario("every answer is late")
            .faults("delay-1h@1-")
            .answer_timeout(TIMEOUT)
            .deadline(TIMEOUT * 3)
            .unknown(late)
            .wire("import=0 import=10021+")
            .long(),
    );
    scenarios
}

/// A refusal after an attempt that may have been executed is not believed at once.
fn refused_after_a_maybe() -> Vec<Scenario> {
    vec![
        scenario("lost, then refused for the row: it is there")
            .faults("lost@1,import_topic:code10004@2")
            .ends(Outcome::Existing)
            .wire("import=0 import=- get=0"),
        scenario("a failure, then refused for the row: it is not there")
            .faults("http502@1,import_topic:code10004@2")
            .rejected(10004, Scope::Row)
            .wire("import=- import=- get=0 get=0 get=0 get=0")
            .long(),
        scenario("a failure, then refused for the group: it is not there")
            .faults("http502@1,import_topic:code10007@2")
            .rejected(10007, Scope::Group)
            .wire("import=- import=- get=0 get=0 get=0 get=0")
            .long(),
        // The group is not there, and so the topic cannot be either, whatever became of the lost attempt.
        scenario("a refusal for the group is lost, and reading back is refused for the same reason")
            .emulator(|emulator| emulator.community(GROUP, Community::Deleted))
            .faults("lost@1")
            .rejected(10010, Scope::Group)
            .wire("import=10010 import=10010 get=10010+")
            .long(),
        scenario("a failure, then a refusal that does not hinder reading back: it is not there")
            .emulator(|emulator| emulator.community(GROUP, Community::FullAt(0)))
            .faults("http502@1")
            .rejected(10037, Scope::Group)
            .wire("import=- import=10037 get=0+")
            .long(),
        scenario("lost, then refused for the run")
            .faults("lost@1,import_topic:code60010@2")
            .ends(Outcome::Existing)
            .wire("import=0 import=- get=0"),
        scenario("lost, then refused for the run, reading too")
            .faults("lost@1,code60010@2-")
            .ends(Outcome::Unknown(Why::Refused(60010)))
            .reaches(Scope::All)
            .wire("import=0 import=- get=-"),
        scenario("lost, then a topic that could not be asked for")
            .faults("lost@1,get_topic:item10002@1")
            .ends(Outcome::Existing)
            .wire("import=0 import=10021 get=0 get=0"),
        scenario("in use, and beside it an envelope that says nothing")
            .same_topic_before()
            .faults("get_topic:envelope10002@1")
            .ends(Outcome::Existing)
            .wire("import=10021 get=0"),
        scenario("lost, then a wrong endpoint")
            .faults("lost@1,import_topic:http404@2")
            .ends(Outcome::Unknown(Why::Status(404)))
            .reaches(Scope::All)
            .wire("import=0 import=-"),
        scenario("a failure, then another topic under the ID")
            .other_topic_of_same_id_before()
            .faults("http502@1")
            .ends(Outcome::Conflict(vec![
                topic_import_core::Field::Introduction,
                topic_import_core::Field::CreateTime,
            ]))
            .reaches(Scope::Row)
            .wire("import=- import=10021 get=0"),
        scenario("lost, and reading back fails in every way for a while")
            .faults("import_topic:lost@1,get_topic:truncated@1,get_topic:code60007@2,get_topic:reset-before@3")
            .ends(Outcome::Existing)
            .wire("import=0 import=10021 get=0 get=- get=- get=0"),
    ]
}
