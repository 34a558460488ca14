//! What a caller is told to do, for every code of the table and for every failure below the API.

use topic_import_core::http::HttpResponse;
use topic_import_core::{
    Advice, CODES, Call, CallError, Code, Failure, ImportTopic, Recovery, TransportError,
    TransportErrorKind,
};

use Advice::{AskAgain, FixGroup, FixRow, FixSetup, LookYourself, TryLater};

use crate::support::{
    Driver, Reply, Turn, named, refusal, refusal_saying, run_through, session, shown, unnamed,
};

/// What each code advises, where nothing was executed; every code that is not here advises to mend the setup.
const CODES_AND_ADVICE: [(Advice, &[i64]); 3] = [
    (
        TryLater,
        &[
            10006, 60007, 60011, 60014, 60018, 60019, 70169, 70202, 70500, 80005,
        ],
    ),
    (
        FixRow,
        &[
            10004, 10012, 10016, 10018, 10019, 10021, 10025, 60015, 70107, 70402, 80001, 110_002,
            110_003,
        ],
    ),
    (FixGroup, &[10007, 10010, 10015, 10037, 11000]),
];

/// Codes that leave open whether the call was executed.
const OPEN: [i64; 3] = [10002, 60008, 60013];

fn failed(request: ImportTopic, reply: impl Into<Reply>) -> CallError {
    run_through(request, &[reply.into()]).outcome.unwrap_err()
}

#[test]
fn every_code_has_its_advice() {
    for entry in CODES {
        let code = entry.code.get();
        let advice = failed(unnamed(), refusal(code)).advice();
        let expected = CODES_AND_ADVICE
            .iter()
            .find(|(_, codes)| codes.contains(&code))
            .map_or(FixSetup, |(advice, _)| *advice);
        if OPEN.contains(&code) {
            assert_eq!(advice, LookYourself, "{code}");
            assert_eq!(failed(named(), refusal(code)).advice(), AskAgain, "{code}");
        } else {
            assert_eq!(advice, expected, "{code}");
        }
    }
}

#[test]
fn an_unknown_code_is_of_the_setup_where_its_range_says_so_and_of_the_row_elsewhere() {
    for (code, expected) in [
        (60999, FixSetup),
        (79999, FixSetup),
        (10099, FixRow),
        (-5, FixRow),
    ] {
        assert_eq!(failed(named(), refusal(code)).advice(), expected, "{code}");
    }
}

#[test]
fn every_failure_below_the_api_has_its_advice() {
    let unreadable = HttpResponse::new(200, b"<html>".to_vec());
    for (reply, of_named, of_unnamed) in [
        (Reply::NotSent, TryLater, TryLater),
        (Reply::MaybeSent, AskAgain, LookYourself),
        (Reply::Forgotten, AskAgain, LookYourself),
        (unreadable.into(), AskAgain, LookYourself),
        (
            HttpResponse::new(429, Vec::new()).into(),
            TryLater,
            TryLater,
        ),
        (
            HttpResponse::new(503, Vec::new()).into(),
            AskAgain,
            LookYourself,
        ),
        (
            HttpResponse::new(404, Vec::new()).into(),
            FixSetup,
            FixSetup,
        ),
        (
            HttpResponse::new(302, Vec::new()).into(),
            FixSetup,
            FixSetup,
        ),
        (
            HttpResponse::new(407, Vec::new()).into(),
            FixSetup,
            FixSetup,
        ),
        // Another hop answered, perhaps after the service had done its work.
        (
            HttpResponse::new(403, Vec::new()).into(),
            FixSetup,
            LookYourself,
        ),
    ] {
        let advice = |request| failed(request, reply.clone()).advice();
        assert_eq!(advice(named()), of_named, "{reply:?}");
        assert_eq!(advice(unnamed()), of_unnamed, "{reply:?}");
    }
}

#[test]
fn whoever_cannot_connect_is_told_whether_waiting_helps() {
    use TransportErrorKind as Kind;
    for (kind, expected) in [
        (Kind::Dns, TryLater),
        (Kind::Refused, TryLater),
        (Kind::ConnectTimeout, TryLater),
        (Kind::CertificateUntrusted, FixSetup),
        (Kind::CertificateExpired, FixSetup),
        (Kind::CertificateName, FixSetup),
        (Kind::NotTls, FixSetup),
        (Kind::Tls, TryLater),
        (Kind::Connect, TryLater),
        (Kind::ProxyUnreachable, TryLater),
        (Kind::ProxyLogin, FixSetup),
        (Kind::ProxyRefused, FixSetup),
        (Kind::Request, FixSetup),
    ] {
        let error = TransportError::new(kind, "made up");
        let error = CallError::NotExecuted(Failure::NotSent(error));
        assert_eq!(error.advice(), expected, "{kind:?}");
    }
}

#[test]
fn what_a_call_finds_out_by_itself_has_its_advice() {
    let withdrawn = CallError::NotExecuted(Failure::Withdrawn);
    assert_eq!(withdrawn.advice(), TryLater);
    let no_slot = CallError::NotExecuted(Failure::NoSlot("the database is away".into()));
    assert_eq!(no_slot.advice(), TryLater);
    let used_up = CallError::NotExecuted(Failure::IdUsedUp);
    assert_eq!(used_up.advice(), FixRow);

    let conflict = conflict();
    assert!(matches!(conflict, CallError::Conflict(_)));
    assert_eq!(conflict.advice(), FixRow);

    // The ID is in use, and nothing is shown that has it.
    let not_shown = failed(named(), refusal(10021));
    assert!(not_shown.maybe_executed());
    assert_eq!(not_shown.advice(), AskAgain);

    // An attempt of this call may have created what was deleted meanwhile: to ask again finds out nothing.
    let replies = [
        Reply::MaybeSent,
        refusal(110_003).into(),
        refusal(110_003).into(),
    ];
    let deleted = run_through(named(), &replies).outcome.unwrap_err();
    assert!(deleted.maybe_executed());
    assert_eq!(deleted.advice(), LookYourself);
}

#[test]
fn to_ask_again_is_advised_only_where_it_does_nothing_twice() {
    for code in CODES.iter().map(|entry| entry.code.get()) {
        for before in [Reply::MaybeSent, refusal(code).into()] {
            let replies = [before, refusal(code).into()];
            let error = run_through(unnamed(), &replies).outcome.unwrap_err();
            assert_ne!(error.advice(), AskAgain, "{code}");
        }
    }
}

#[test]
fn an_error_is_one_line_with_what_happened_the_cause_and_the_remedy() {
    let rejected = failed(named(), refusal(10010));
    assert_eq!(
        rejected.to_string(),
        "the service refused: 10010 the group does not exist or has been deleted (made up); create the community \
         first, with SupportTopic 1 (import_group), or correct GroupId"
    );
    let unreachable = failed(named(), Reply::NotSent);
    assert_eq!(
        unreachable.to_string(),
        "the call was not executed: could not connect to the service: the connection was refused \
         (https://chat.example.com): made up; try again later"
    );
    let lost = failed(unnamed(), Reply::MaybeSent);
    assert_eq!(
        lost.to_string(),
        "nobody knows whether the call was executed: the request was sent, but no complete answer came back: the \
         connection was lost before the answer was complete: made up; check whether it exists before making the call again"
    );
    for entry in CODES {
        let code = entry.code.get();
        let error = failed(named(), refusal_saying(code, "two\nlines\u{1b}[31m"));
        let line = error.to_string();
        assert!(!line.contains(char::is_control), "{line}");
        let remedy = error.remedy();
        assert!(!remedy.is_empty() && line.ends_with(remedy), "{line}");
        let is_repeated = matches!(Code::new(code).verdict().recovery, Recovery::Retry);
        assert!(is_repeated || line.contains(&code.to_string()), "{line}");
    }
}

#[test]
fn an_error_says_all_that_lies_below_it_and_so_names_no_source() {
    use std::error::Error as _;

    let error = failed(named(), Reply::NotSent);
    assert!(error.source().is_none());
    let mut below = error.failure().unwrap().source();
    let mut depth = 0;
    while let Some(source) = below {
        assert!(error.to_string().contains(&source.to_string()));
        below = source.source();
        depth += 1;
    }
    assert_eq!(depth, 2);
}

fn not_sent(kind: TransportErrorKind) -> CallError {
    CallError::NotExecuted(Failure::NotSent(TransportError::new(kind, "made up")))
}

fn open(failure: Failure, asking_again_settles: bool) -> CallError {
    CallError::OutcomeUnknown {
        failure,
        asking_again_settles,
    }
}

fn lost() -> Failure {
    let kind = TransportErrorKind::AnswerTimeout;
    Failure::MaybeSent(TransportError::new(kind, "made up"))
}

fn conflict() -> CallError {
    let mut other = serde_json::to_value(named()).unwrap();
    other["TopicName"] = "Other".into();
    let replies = [refusal(10021).into(), shown(&other).into()];
    run_through(named(), &replies).outcome.unwrap_err()
}

#[test]
fn a_failure_of_the_connection_or_of_another_hop_says_where_to_look() {
    let status = |status| CallError::NotExecuted(Failure::Status { status });
    for (error, where_to_look) in [
        (not_sent(TransportErrorKind::Request), "check the endpoint"),
        (not_sent(TransportErrorKind::ProxyLogin), "check the proxy"),
        (
            not_sent(TransportErrorKind::ProxyRefused),
            "check the proxy",
        ),
        (
            not_sent(TransportErrorKind::CertificateUntrusted),
            "check endpoint, network and certificates",
        ),
        (status(407), "check the proxy"),
        (
            status(404),
            "check the endpoint, and any proxy or filter on the way to it",
        ),
        (
            CallError::NotExecuted(Failure::IdUsedUp),
            Code::TOPIC_DELETED.remedy(),
        ),
        (
            conflict(),
            "choose another ID, or send the content that is already there",
        ),
    ] {
        assert_eq!(error.remedy(), where_to_look, "{error:?}");
    }
}

#[test]
fn an_outcome_has_one_word_for_logs_and_metrics() {
    for (error, word) in [
        (failed(named(), refusal(10010)), "rejected"),
        (conflict(), "conflict"),
        (open(lost(), true), "unknown"),
        (not_sent(TransportErrorKind::Refused), "not_executed"),
        (CallError::Ended, "ended"),
    ] {
        assert_eq!(error.name(), word);
    }
}

#[test]
fn the_service_s_own_words_are_found_wherever_they_decided_the_call() {
    let code = |error: CallError| error.refusal().map(|refusal| refusal.code.get());
    assert_eq!(code(failed(named(), refusal(10010))), Some(10010));
    assert_eq!(code(failed(named(), refusal(60014))), Some(60014));
    assert_eq!(code(failed(unnamed(), refusal(60008))), Some(60008));
    assert_eq!(code(conflict()), None);
    assert_eq!(code(open(lost(), true)), None);
}

#[test]
fn only_what_would_have_been_repeated_safely_ran_out_of_time() {
    use TransportErrorKind::{Refused, Request};
    let status = |status| Failure::Status { status };
    for (error, is_so) in [
        (not_sent(Refused), true),
        (CallError::NotExecuted(status(429)), true),
        (open(lost(), true), true),
        // It cannot be repeated, however much time there is.
        (open(lost(), false), false),
        (not_sent(Request), false),
        (CallError::NotExecuted(status(404)), false),
        (open(status(403), true), false),
        (open(Failure::NotShown, true), false),
        (CallError::NotExecuted(Failure::Withdrawn), false),
        (CallError::NotExecuted(Failure::IdUsedUp), false),
        (failed(named(), refusal(10010)), false),
        (conflict(), false),
    ] {
        assert_eq!(error.ran_out_of_time(), is_so, "{error:?}");
    }
}

#[test]
fn a_call_that_had_ended_says_so() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named());
    let _ = driver.request(&mut call);
    let _ = driver.report(&mut call, refusal(10004).into());
    let mut ended = || match driver.turn(&mut call) {
        Turn::Ended(outcome) => outcome.unwrap_err(),
        Turn::Sent(_) => panic!("a call that is over sends nothing"),
    };
    assert!(matches!(ended(), CallError::Rejected(_)));
    let error = ended();
    assert_eq!(error.advice(), LookYourself);
    assert_eq!(
        error.to_string(),
        "the call had already ended when it was asked for its next step"
    );
}
