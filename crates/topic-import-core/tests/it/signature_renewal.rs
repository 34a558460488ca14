//! A signature that has run out is renewed where there is a key, once for all calls, and not for ever.

use std::time::Duration;

use topic_import_core::http::HttpRequest;
use topic_import_core::{
    Call, CallError, Code, Credentials, Feedback, Imported, Now, SIGNATURE_LIFETIME, Scope,
    SdkAppId, Session, Step, UserSig, UserSigDocument,
};

use crate::support::{
    Driver, IDENTIFIER, SDK_APP_ID, TOPIC, Turn, administrator, created, credentials, endpoint,
    key, named, parameter, refusal, session, shown,
};

const EXPIRED: i64 = 70001;

fn signature(request: &HttpRequest) -> UserSigDocument {
    let signature = UserSig::parse(parameter(request, "usersig")).unwrap();
    signature.inspect().unwrap()
}

fn ready_made() -> Credentials {
    let app = SdkAppId::new(SDK_APP_ID);
    let signature = UserSig::sign(&key(), app, &administrator(), 1_000_000_000, 86_400);
    Credentials::from_user_sig(app, administrator().as_str(), signature.expose()).unwrap()
}

/// Lets a call run through and gives the request it sent.
fn succeed(driver: &mut Driver) -> HttpRequest {
    let mut call = Call::new(named());
    let request = driver.request(&mut call);
    let _ = driver.report(&mut call, created(TOPIC).into());
    request
}

#[test]
fn a_call_is_signed_now_for_the_admin_with_the_key() {
    let mut driver = Driver::new(session());
    let now = driver.now().unix_seconds;
    let signature = signature(&succeed(&mut driver));
    assert_eq!(signature.identifier, IDENTIFIER);
    assert_eq!(signature.sdk_app_id.get(), SDK_APP_ID);
    assert_eq!(signature.time, now);
    assert_eq!(signature.expire, SIGNATURE_LIFETIME.as_secs());
    assert!(signature.is_signed_with(&key()));
    assert!(SIGNATURE_LIFETIME >= Duration::from_hours(24));
}

#[test]
fn an_expired_signature_is_renewed_and_the_call_repeated() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named());
    let first = driver.request(&mut call);
    let feedback = driver.report(&mut call, refusal(EXPIRED).into());
    assert_eq!(feedback, Feedback::Fine);
    driver.pass(Duration::from_secs(3));
    let second = driver.request(&mut call);
    assert_eq!(signature(&second).time, driver.now().unix_seconds);
    assert_ne!(parameter(&first, "usersig"), parameter(&second, "usersig"));
    assert_eq!(first.body, second.body);
    let _ = driver.report(&mut call, created(TOPIC).into());
    assert!(matches!(
        driver.turn(&mut call),
        Turn::Ended(Ok(Imported::Created(_)))
    ));
}

#[test]
fn the_renewed_signature_serves_the_calls_that_follow() {
    let mut driver = Driver::new(session());
    let mut expired = true;
    let run = driver.run(Call::new(named()), |_| {
        if std::mem::take(&mut expired) {
            refusal(EXPIRED)
        } else {
            created(TOPIC)
        }
    });
    assert_eq!(run.sent.len(), 2);
    assert!(matches!(run.outcome, Ok(Imported::Created(_))));
    driver.pass(Duration::from_secs(100));
    let next = succeed(&mut driver);
    assert_eq!(
        parameter(&next, "usersig"),
        parameter(&run.sent[1], "usersig")
    );
}

#[test]
fn calls_that_meet_the_same_expired_signature_renew_it_once() {
    let mut driver = Driver::new(session());
    let mut calls: Vec<_> = (0..5).map(|_| Call::new(named())).collect();
    for call in &mut calls {
        driver.request(call);
    }
    let mut renewed = Vec::new();
    for call in &mut calls {
        let _ = driver.report(call, refusal(EXPIRED).into());
        driver.pass(Duration::from_secs(2));
        renewed.push(signature(&driver.request(call)).time);
    }
    assert!(
        renewed.iter().all(|time| *time == renewed[0]),
        "{renewed:?}"
    );
}

#[test]
fn a_signature_is_used_for_half_its_life() {
    let mut driver = Driver::new(session());
    let first = signature(&succeed(&mut driver)).time;
    driver.pass(SIGNATURE_LIFETIME / 2 - Duration::from_secs(1));
    assert_eq!(signature(&succeed(&mut driver)).time, first);
    driver.pass(Duration::from_secs(1));
    let renewed = signature(&succeed(&mut driver)).time;
    assert_eq!(renewed, first + SIGNATURE_LIFETIME.as_secs() / 2);
}

#[test]
fn a_signature_that_stays_expired_ends_the_call_and_reaches_every_other() {
    let mut driver = Driver::new(session());
    let mut times = Vec::new();
    let mut call = Call::new(named()).with_deadline(Duration::from_hours(1));
    for _ in 0..2 {
        times.push(signature(&driver.request(&mut call)).time);
        let _ = driver.report(&mut call, refusal(EXPIRED).into());
        driver.pass(Duration::from_secs(2));
    }
    assert!(
        times.is_sorted_by(|earlier, later| earlier < later),
        "{times:?}"
    );
    let Turn::Ended(Err(error)) = driver.turn(&mut call) else {
        panic!("it goes on")
    };
    assert_eq!(error.scope(), Scope::All);
    assert!(matches!(error, CallError::Rejected(refusal) if refusal.code == Code::new(EXPIRED)));
}

#[test]
fn wrong_credentials_are_signed_anew_once_and_then_spoil_the_run() {
    for code in [60004, 60005] {
        let run = Driver::new(session()).run(Call::new(named()), |_| refusal(code));
        assert_eq!(run.sent.len(), 2);
        let error = run.outcome.unwrap_err();
        assert_eq!(error.scope(), Scope::All);
        let ready_made = Session::new(endpoint(), ready_made());
        let run = Driver::new(ready_made).run(Call::new(named()), |_| refusal(code));
        assert_eq!(run.sent.len(), 1);
    }
}

#[test]
fn a_ready_made_signature_is_sent_as_it_is_and_never_renewed() {
    let mut driver = Driver::new(Session::new(endpoint(), ready_made()));
    let run = driver.run(Call::new(named()), |_| refusal(EXPIRED));
    assert_eq!(run.sent.len(), 1);
    let error = run.outcome.unwrap_err();
    assert_eq!(error.scope(), Scope::All);
    assert!(matches!(error, CallError::Rejected(refusal) if refusal.code == Code::new(EXPIRED)));
    driver.pass(SIGNATURE_LIFETIME * 10);
    assert_eq!(signature(&succeed(&mut driver)).time, 1_000_000_000);
}

#[test]
fn reading_back_renews_the_signature_too() {
    let mut driver = Driver::new(session());
    let mut replies = [refusal(10021), refusal(EXPIRED)].into_iter();
    let run = driver.run(Call::new(named()), |_| match replies.next() {
        Some(response) => response,
        None => shown(&serde_json::to_value(named()).unwrap()),
    });
    assert_eq!(run.commands(), ["import_topic", "get_topic", "get_topic"]);
    assert!(matches!(run.outcome, Ok(Imported::Existing(_))));
}

#[test]
fn a_clock_at_the_end_of_time_signs_all_the_same() {
    let mut session = Session::new(endpoint(), credentials());
    let mut call = Call::new(named());
    let now = Now {
        elapsed: Duration::ZERO,
        unix_seconds: u64::MAX,
    };
    let _ = call.next(&mut session, now, 1);
    let Step::Send(request) = call.next(&mut session, now, 2) else {
        panic!("nothing sent")
    };
    assert_eq!(signature(&request).time, u64::MAX);
}
