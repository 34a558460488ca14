//! The same with the core: a call whose steps nobody carries out.

use std::sync::Arc;
use std::time::Duration;

use topic_import_core::http::{HttpRequest, HttpResponse};
use topic_import_core::{
    Call, CallError, Endpoint, ImportTopic, Imported, Now, Origin, Session, Step, Violations,
};

use crate::sample;

const NOW: Now = Now {
    elapsed: Duration::ZERO,
    unix_seconds: sample::SIGNED_AT,
};

/// What calls of one topic share.
#[derive(Debug)]
pub struct Core {
    session: Session,
    topic: Arc<ImportTopic>,
}

/// A call whose request has been sent.
pub type Sent = Call<Arc<ImportTopic>>;

impl Core {
    /// Calls of the first sample topic.
    pub fn new() -> Result<Self, Violations> {
        let origin = Origin::parse(sample::ORIGIN).expect("an origin");
        Ok(Self {
            session: Session::new(Endpoint::custom(origin), sample::credentials()),
            topic: Arc::new(sample::topic(0)?),
        })
    }

    /// The request of a new call.
    pub fn request(&mut self, random: u32) -> Option<HttpRequest> {
        self.send(&mut self.call(), random)
    }

    /// A new call that waits for its answer.
    pub fn sent(&mut self) -> Sent {
        let mut call = self.call();
        self.send(&mut call, 0);
        call
    }

    fn call(&self) -> Sent {
        Call::new(Arc::clone(&self.topic))
    }

    fn send(&mut self, call: &mut Sent, random: u32) -> Option<HttpRequest> {
        let _ = call.next(&mut self.session, NOW, random);
        match call.next(&mut self.session, NOW, random) {
            Step::Send(request) => Some(request),
            _ => None,
        }
    }

    /// What becomes of a call with this answer.
    pub fn outcome(
        &mut self,
        call: &mut Sent,
        answer: HttpResponse,
    ) -> Option<Result<Imported, CallError>> {
        let _ = call.on_result(&mut self.session, NOW, Ok(answer));
        match call.next(&mut self.session, NOW, 0) {
            Step::Done(outcome) => Some(outcome),
            _ => None,
        }
    }
}
