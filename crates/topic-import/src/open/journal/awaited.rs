//! What is said of a database that keeps one waiting.

use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::show::out;

/// How long a database may take before something is said.
const PATIENCE: Duration = Duration::from_secs(5);

/// Says after a while what is waited for, until it is dropped. Ctrl-C ends the program meanwhile, as nothing has begun.
pub(crate) struct Awaited {
    _over: Sender<()>,
}

impl Awaited {
    /// `what` is what the database is to do, after "which is to".
    pub(crate) fn new(database: &impl fmt::Display, what: &str) -> Self {
        let (over, is_over) = mpsc::channel();
        let said = format!("waiting for {database}, which is to {what}");
        thread::spawn(move || {
            if is_over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                out::note(&said);
            }
        });
        Self { _over: over }
    }
}
