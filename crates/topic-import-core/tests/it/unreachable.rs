//! How long a call tries to reach a service that nobody has reached yet.

use std::time::Duration;

use topic_import_core::{Call, CallError, DEFAULT_UNREACHABLE_DEADLINE, Failure};

use crate::support::{Driver, Reply, created, named, refusal, session};

/// How long the call takes to give up.
fn patience(
    driver: &mut Driver,
    call: Call<topic_import_core::ImportTopic>,
    reply: &Reply,
) -> Duration {
    let begun = driver.elapsed;
    let run = driver.run(call, |_| reply.clone());
    assert!(matches!(
        run.outcome,
        Err(CallError::NotExecuted(Failure::NotSent(_)))
    ));
    driver.elapsed - begun
}

#[test]
fn a_service_that_never_answered_is_given_up_after_a_short_while() {
    let mut driver = Driver::new(session());
    let took = patience(&mut driver, Call::new(named()), &Reply::NotSent);
    assert!(took <= DEFAULT_UNREACHABLE_DEADLINE, "{took:?}");
    assert!(took >= DEFAULT_UNREACHABLE_DEADLINE / 2, "{took:?}");
}

#[test]
fn the_short_while_is_a_setting() {
    let mut driver = Driver::new(session());
    let call = Call::new(named()).with_unreachable_deadline(Duration::from_secs(20));
    let took = patience(&mut driver, call, &Reply::NotSent);
    assert!(
        (Duration::from_secs(10)..=Duration::from_secs(20)).contains(&took),
        "{took:?}"
    );

    // The deadline of the whole call is the longest that it can be.
    let call = Call::new(named())
        .with_unreachable_deadline(Duration::from_mins(1))
        .with_deadline(Duration::from_secs(10));
    let took = patience(&mut driver, call, &Reply::NotSent);
    assert!(took <= Duration::from_secs(10), "{took:?}");
}

#[test]
fn a_service_that_has_answered_is_waited_for_until_the_deadline() {
    for answer in [created("@TGS#_riverside@TOPIC#_welcome"), refusal(10004)] {
        let mut driver = Driver::new(session());
        let _ = driver.run(Call::new(named()), |_| answer.clone());
        let took = patience(&mut driver, Call::new(named()), &Reply::NotSent);
        assert!(took > Duration::from_secs(20), "{took:?}");
    }
}

#[test]
fn a_call_in_doubt_is_not_given_up_early() {
    let mut driver = Driver::new(session());
    let begun = driver.elapsed;
    let mut replies = [Reply::MaybeSent].into_iter();
    let run = driver.run(Call::new(named()), |_| {
        replies.next().unwrap_or(Reply::NotSent)
    });
    assert!(run.outcome.unwrap_err().maybe_executed());
    assert!(driver.elapsed - begun > Duration::from_secs(20));
}
