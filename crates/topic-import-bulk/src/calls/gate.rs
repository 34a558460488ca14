use std::sync::atomic::{
    AtomicBool,
    Ordering::{Relaxed, SeqCst},
};

/// Whether attempts may still be sent, and whether any may have reached the service.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    is_closed: AtomicBool,
    may_have_sent: AtomicBool,
}

impl Gate {
    /// From now on, no attempt is sent.
    pub(super) fn close(&self) {
        self.is_closed.store(true, SeqCst);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(SeqCst)
    }

    /// Whether any request may have reached the service.
    pub(crate) fn may_have_sent(&self) -> bool {
        self.may_have_sent.load(Relaxed)
    }

    pub(crate) fn note_sent(&self) {
        self.may_have_sent.store(true, Relaxed);
    }
}
