//! A session that calls share is lent for moments: what takes long is done outside of its lock.

use std::any::type_name;
use std::time::Duration;

use topic_import_core::http::HttpResponse;
use topic_import_core::{Call, CallError, Failure, LendSession, Now, Session, Step, UserSig};

use crate::support::{session, unnamed};

/// Notes what is taken out of the session.
struct Lender {
    session: Session,
    taken: Vec<&'static str>,
}

impl LendSession for Lender {
    fn lend<T>(&mut self, to: impl FnOnce(&mut Session) -> T) -> T {
        self.taken.push(type_name::<T>());
        to(&mut self.session)
    }
}

#[test]
fn a_page_is_searched_for_signatures_outside_of_the_lock() {
    let mut lender = Lender {
        session: session(),
        taken: Vec::new(),
    };
    let mut call = Call::new(unnamed());
    let now = Now {
        elapsed: Duration::ZERO,
        unix_seconds: 1_700_000_000,
    };
    let page = loop {
        if let Step::Send(request) = call.next(&mut lender, now, 4) {
            break format!("<p>cannot serve {}</p>", request.url);
        }
    };
    lender.taken.clear();
    let answer = HttpResponse::new(200, page.into_bytes());
    let _ = call.on_result(&mut lender, now, Ok(answer));
    // That an answer came is noted, the signatures are taken, and no text is made within the lock.
    assert_eq!(
        lender.taken,
        [type_name::<()>(), type_name::<Vec<UserSig>>()]
    );
    let Step::Done(Err(CallError::OutcomeUnknown {
        failure: Failure::Unreadable(unreadable),
        ..
    })) = call.next(&mut lender, now, 4)
    else {
        panic!("a page is no answer");
    };
    assert!(
        unreadable.body.contains("usersig=[UserSig]&"),
        "{unreadable}"
    );
}
