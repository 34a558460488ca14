//! Which failures turn all calls of a session to the backup host: only those that say something about the host.

use std::time::Duration;

use topic_import_core::http::{HttpRequest, SendFailure};
use topic_import_core::{
    Call, DEFAULT_ANSWER_TIMEOUT, DEFAULT_CONNECT_TIMEOUT, Endpoint, ImportTopic, Now, Region,
    Session, Step, TransportError, TransportErrorKind,
};

use crate::support::{credentials, named};

const NOW: Now = Now {
    elapsed: Duration::from_secs(7),
    unix_seconds: 1_700_000_000,
};

fn session() -> Session {
    Session::new(Endpoint::region(Region::Seoul), credentials())
}

fn request(call: &mut Call<ImportTopic>, session: &mut Session) -> HttpRequest {
    loop {
        match call.next(&mut *session, NOW, 4) {
            Step::Pace(_) => {}
            Step::Send(request) => return request,
            other => panic!("nothing is sent: {other:?}"),
        }
    }
}

/// Whether the session's next call goes to the backup, once a call with this deadline was not sent for this reason.
fn turns(mut session: Session, deadline: Duration, why: TransportErrorKind) -> bool {
    let mut failed = Call::new(named()).with_deadline(deadline);
    let _ = request(&mut failed, &mut session);
    let failure = SendFailure::NotSent(TransportError::new(why, "made up"));
    let _ = failed.on_result(&mut session, NOW, Err(failure));
    let next = request(&mut Call::new(named()), &mut session);
    next.url.starts_with("https://adminapikr.my-imcloud.com/")
}

#[test]
fn a_connect_timeout_that_a_deadline_cut_short_turns_nobody_to_the_backup() {
    let why = TransportErrorKind::ConnectTimeout;
    let millisecond = Duration::from_millis(1);
    let patient = DEFAULT_ANSWER_TIMEOUT;
    for (deadline, expected) in [
        (Duration::from_millis(50), false),
        (DEFAULT_CONNECT_TIMEOUT - millisecond, false),
        (DEFAULT_CONNECT_TIMEOUT, true),
        (patient, true),
    ] {
        assert_eq!(turns(session(), deadline, why), expected, "{deadline:?}");
    }

    let longer = DEFAULT_CONNECT_TIMEOUT + millisecond;
    let session_of = |timeout| session().with_connect_timeout(timeout);
    assert!(!turns(session_of(longer), DEFAULT_CONNECT_TIMEOUT, why));
    assert!(turns(session_of(longer), longer, why));
    // An attempt that is never given all of it has what it is given.
    let endless = Duration::from_mins(1);
    assert!(!turns(session_of(endless), patient - millisecond, why));
    assert!(turns(session_of(endless), patient, why));
}

#[test]
fn a_failure_that_is_not_the_hosts_turns_nobody_to_the_backup() {
    for (why, expected) in [
        (TransportErrorKind::Refused, true),
        (TransportErrorKind::Dns, true),
        (TransportErrorKind::CertificateName, true),
        (TransportErrorKind::ProxyRefused, true),
        (TransportErrorKind::ProxyUnreachable, false),
        (TransportErrorKind::ProxyLogin, false),
        (TransportErrorKind::Request, false),
    ] {
        let impatient = Duration::from_millis(50);
        assert_eq!(turns(session(), impatient, why), expected, "{why:?}");
    }
}
