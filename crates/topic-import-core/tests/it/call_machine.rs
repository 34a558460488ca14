//! An adversary drives calls: whatever the network and the service do, a call ends, and what it says is true.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::json;
use topic_import_core::{
    AttemptResult, CODES, Call, CallError, Code, Failure, Imported, Now, Step,
};

use crate::adversary::{
    COMPARED, Claim, DELETED, Game, Garbled, IN_USE, Move, NOT_THERE, Planned, SERVICE_TAKES,
    Service, altered,
};
use crate::support::{
    Driver, Reply, TOPIC, Turn, cases, command, created, named, read_back, refusal, session,
    unnamed,
};

const ASSIGNED: &str = "@TGS#_riverside@TOPIC#_@TOPIC#c1";

fn any_code() -> impl Strategy<Value = i64> {
    let known: Vec<i64> = CODES.iter().map(|entry| entry.code.get()).collect();
    prop_oneof![
        4 => select(known),
        2 => select(vec![IN_USE[0], IN_USE[1], 10002, 70001, 80001]),
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
        Planned::Code(code) => ![NOT_THERE, DELETED].contains(code),
        _ => true,
    }
}

fn any_move(reply: impl Strategy<Value = Planned>) -> impl Strategy<Value = Move> {
    let some_time = prop_oneof![
        3 => Just(0_u64),
        2 => 0_u64..200,
        1 => 0_u64..9_000,
    ];
    let longest = u64::try_from(SERVICE_TAKES.as_millis()).unwrap();
    let executes =
        prop::option::of(prop_oneof![Just(0), 0..=longest].prop_map(Duration::from_millis));
    (reply, executes, some_time.clone(), some_time, 0_u32..4).prop_map(
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
            executes: None,
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
fn only_an_attempt_that_will_be_repeated_is_said_to_be() {
    let deadline = Duration::from_secs(10);
    let begin = || {
        (
            Driver::new(session()),
            Call::new(named()).with_deadline(deadline),
        )
    };
    // An ID in use is read back, not repeated.
    let (mut driver, mut call) = begin();
    driver.request(&mut call);
    let _ = driver.report(&mut call, refusal(IN_USE[0]).into());
    assert!(call.last_failure().is_none());
    // The topic is asked for once more.
    driver.request(&mut call);
    let _ = driver.report(&mut call, read_back(&json!([])).into());
    assert!(matches!(call.last_failure(), Some(Failure::NotShown)));
    // There is no time left for another attempt.
    for reply in [refusal(60014).into(), Reply::NotSent, Reply::MaybeSent] {
        let (mut driver, mut call) = begin();
        driver.request(&mut call);
        driver.pass(deadline);
        let _ = driver.report(&mut call, reply);
        assert!(call.last_failure().is_none());
        assert!(matches!(driver.turn(&mut call), Turn::Ended(Err(_))));
    }
}

#[test]
fn a_repetition_whose_slot_comes_late_is_only_sent_if_it_can_be_repeated_again() {
    let seconds = Duration::from_secs;
    // How long the slot lets it wait after the call has begun, of the 30 s that a call may take.
    for (slot, topic, is_sent) in [
        (seconds(26), unnamed(), true),
        (seconds(28), unnamed(), false),
        (seconds(28), named(), true),
        (seconds(30), named(), false),
    ] {
        let mut driver = Driver::new(session());
        let begun = driver.elapsed;
        let mut call = Call::new(topic);
        driver.request(&mut call);
        let _ = driver.report(&mut call, refusal(60014).into());
        let now = loop {
            let now = Now {
                elapsed: driver.elapsed,
                unix_seconds: 1_700_000_000,
            };
            match call.next(&mut driver.session, now, 7) {
                Step::Wait(time) => driver.elapsed += time,
                Step::Pace(_) => break now,
                other => panic!("{other:?}"),
            }
        };
        let now = Now {
            elapsed: begun + slot,
            ..now
        };
        match call.next(&mut driver.session, now, 7) {
            Step::Send(_) => assert!(is_sent, "{slot:?}"),
            Step::Done(Err(CallError::NotExecuted(Failure::Refused(refusal)))) => {
                assert_eq!((refusal.code.get(), is_sent), (60014, false));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_withdrawn_attempt_has_no_result() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named());
    driver.request(&mut call);
    call.withdraw();
    assert_eq!(call.last_result(), None);

    let mut call = Call::new(named());
    driver.request(&mut call);
    let _ = driver.report(&mut call, refusal(60014).into());
    driver.request(&mut call);
    call.withdraw();
    let refused = AttemptResult::Refused(Code::new(60014));
    assert_eq!(call.last_result(), Some(refused));
}

#[test]
fn a_call_that_is_withdrawn_ends_without_the_attempt_that_was_due() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named());
    driver.request(&mut call);
    call.withdraw();
    assert_eq!(call.attempts(), 0);
    let Turn::Ended(outcome) = driver.turn(&mut call) else {
        panic!("it is sent");
    };
    let withdrawn = CallError::NotExecuted(Failure::Withdrawn);
    assert_eq!(
        outcome.unwrap_err().to_string(),
        withdrawn.to_string(),
        "nothing was sent before"
    );

    let mut call = Call::new(named());
    driver.request(&mut call);
    let _ = driver.report(&mut call, Reply::MaybeSent);
    driver.request(&mut call);
    call.withdraw();
    assert_eq!(call.attempts(), 1);
    let Turn::Ended(Err(error)) = driver.turn(&mut call) else {
        panic!("it is sent");
    };
    assert!(error.maybe_executed(), "the first attempt may have been");
    assert!(matches!(error.failure(), Some(Failure::Withdrawn)));
}

#[test]
fn nothing_is_withdrawn_where_no_attempt_is_due() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named());
    call.withdraw();
    driver.request(&mut call);
    let _ = driver.report(&mut call, created(TOPIC).into());
    call.withdraw();
    assert_eq!(call.attempts(), 1);
    assert!(matches!(driver.turn(&mut call), Turn::Ended(Ok(_))));
}

#[test]
fn a_report_that_nobody_waits_for_changes_nothing() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named());
    let _ = driver.report(&mut call, created(ASSIGNED).into());
    let _ = driver.report(&mut call, Reply::NotSent);
    driver.request(&mut call);
    let _ = driver.report(&mut call, refusal(60014).into());
    // A second report on the same attempt.
    let _ = driver.report(&mut call, created(TOPIC).into());
    let _ = driver.report(&mut call, Reply::MaybeSent);
    assert_eq!(
        call.last_failure().and_then(Failure::code).unwrap().get(),
        60014
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
        let _ = driver.report(&mut call, refusal(60014).into());
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

/// The wait before the first repetition, with this random number.
fn first_wait(random: u32) -> Duration {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named());
    driver.request(&mut call);
    let _ = driver.report(&mut call, refusal(60014).into());
    let now = driver.now();
    match call.next(&mut driver.session, now, random) {
        Step::Wait(wait) => wait,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wait_is_as_long_as_the_number_drawn_for_it() {
    assert_eq!(first_wait(0), Duration::from_millis(50));
    assert_eq!(first_wait(u32::MAX / 5), Duration::from_millis(60));
    assert_eq!(first_wait(u32::MAX), Duration::from_millis(100));
}

#[test]
fn half_of_a_deadline_that_is_too_short_for_two_attempts_is_for_repetitions() {
    let deadline = Duration::from_secs(1);
    let just_before = Duration::from_nanos(1);
    for (failed_after, is_repeated) in [(deadline / 2 - just_before, true), (deadline / 2, false)] {
        let mut driver = Driver::new(session());
        let mut call = Call::new(named()).with_deadline(deadline);
        driver.request(&mut call);
        driver.pass(failed_after);
        let _ = driver.report(&mut call, refusal(60014).into());
        assert_eq!(call.last_failure().is_some(), is_repeated);
    }
}

#[test]
fn a_slot_that_comes_at_the_deadline_is_left_unused_and_one_just_before_it_is_used() {
    let just_before = Duration::from_nanos(1);
    for (early, is_sent) in [(Duration::ZERO, false), (just_before, true)] {
        let mut driver = Driver::new(session());
        let mut call = Call::new(named());
        driver.request(&mut call);
        let _ = driver.report(&mut call, refusal(60014).into());
        loop {
            let now = driver.now();
            match call.next(&mut driver.session, now, 7) {
                Step::Wait(wait) => driver.pass(wait),
                Step::Pace(_) => break,
                other => panic!("{other:?}"),
            }
        }
        driver.elapsed = call.deadline().unwrap() - early;
        let now = driver.now();
        match call.next(&mut driver.session, now, 7) {
            Step::Send(request) => {
                assert!(is_sent);
                assert_eq!(request.timeout, just_before);
            }
            Step::Done(outcome) => {
                assert!(!is_sent);
                let code = outcome.unwrap_err().code().unwrap();
                assert_eq!(code.get(), 60014);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(call.attempts(), 1 + u32::from(is_sent));
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
