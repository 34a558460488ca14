//! A quota that is kept elsewhere may be out of reach: then no attempt leaves, and the call still ends in its time.

use std::time::Duration;

use topic_import_core::{Call, CallError, Failure, ImportTopic, Imported, Step};

use crate::support::{Driver, Reply, TOPIC, created, named, refusal, session};

const DEADLINE: Duration = Duration::from_secs(30);

/// Asks for the call's next step until it is a slot, or the call's end.
fn paced(driver: &mut Driver, call: &mut Call<ImportTopic>) -> Option<Result<Imported, CallError>> {
    loop {
        let now = driver.now();
        match call.next(&mut driver.session, now, 7) {
            Step::Pace(_) => return None,
            Step::Wait(wait) => driver.pass(wait),
            Step::Done(outcome) => return Some(outcome),
            Step::Send(_) => panic!("sent without a slot"),
        }
    }
}

/// Denies slots until the call ends.
fn denied(driver: &mut Driver, call: &mut Call<ImportTopic>) -> Result<Imported, CallError> {
    loop {
        if let Some(outcome) = paced(driver, call) {
            return outcome;
        }
        call.on_no_slot(driver.now(), "the database is away");
    }
}

#[test]
fn a_call_that_never_gets_a_slot_ends_in_its_time_and_sends_nothing() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named()).with_deadline(DEADLINE);
    assert_eq!(call.deadline(), None);
    let begun = driver.elapsed;
    let outcome = denied(&mut driver, &mut call);
    let Err(CallError::NotExecuted(failure @ Failure::NoSlot(_))) = outcome else {
        panic!("{outcome:?}");
    };
    let source = std::error::Error::source(&failure).unwrap();
    assert_eq!(source.to_string(), "the database is away");
    assert_eq!(call.attempts(), 0);
    assert_eq!(call.deadline(), Some(begun + DEADLINE));
    let took = driver.elapsed - begun;
    assert!(took > DEADLINE / 2 && took <= DEADLINE, "{took:?}");
}

#[test]
fn a_call_that_may_have_been_executed_stays_in_doubt_without_a_slot() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named()).with_deadline(DEADLINE);
    driver.request(&mut call);
    let _ = driver.report(&mut call, Reply::MaybeSent);
    let outcome = denied(&mut driver, &mut call);
    // What put it in doubt stays its cause.
    let is_in_doubt = matches!(
        &outcome,
        Err(CallError::OutcomeUnknown {
            failure: Failure::MaybeSent(_),
            ..
        })
    );
    assert!(is_in_doubt, "{outcome:?}");
    assert_eq!(call.attempts(), 1);
}

#[test]
fn a_call_that_left_nothing_open_ends_for_want_of_a_slot() {
    for earlier in [Reply::NotSent, refusal(60014).into()] {
        let mut driver = Driver::new(session());
        let mut call = Call::new(named()).with_deadline(DEADLINE);
        driver.request(&mut call);
        let _ = driver.report(&mut call, earlier);
        let outcome = denied(&mut driver, &mut call);
        let is_for_want_of_a_slot =
            matches!(outcome, Err(CallError::NotExecuted(Failure::NoSlot(_))));
        assert!(is_for_want_of_a_slot, "{outcome:?}");
    }
}

#[test]
fn a_call_goes_on_once_there_are_slots_again() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named()).with_deadline(DEADLINE);
    for _ in 0..3 {
        assert!(paced(&mut driver, &mut call).is_none());
        call.on_no_slot(driver.now(), "the database is away");
        assert!(matches!(call.last_failure(), Some(Failure::NoSlot(_))));
    }
    let run = driver.run(call, |_| created(TOPIC));
    assert!(matches!(run.outcome, Ok(Imported::Created(_))));
    assert_eq!(run.sent.len(), 1);
}

#[test]
fn without_a_slot_to_wait_for_the_news_changes_nothing() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named());
    driver.request(&mut call);
    call.on_no_slot(driver.now(), "too late: the attempt has left");
    let _ = driver.report(&mut call, created(TOPIC).into());
    assert!(matches!(
        paced(&mut driver, &mut call),
        Some(Ok(Imported::Created(_)))
    ));
}
