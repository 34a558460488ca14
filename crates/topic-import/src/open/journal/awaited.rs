//! A message for when a database takes long to answer.

use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::show::out;

/// How long a database may take before the message is printed.
const PATIENCE: Duration = Duration::from_secs(5);

/// Unless it is dropped before, prints after a while what the program is waiting for. Until then nothing has begun, so
/// Ctrl-C simply ends the program.
pub(crate) struct Awaited {
    _over: Sender<()>,
}

impl Awaited {
    /// `what` completes the sentence "waiting for the database, which is to …".
    pub(crate) fn new(database: &impl fmt::Display, what: &str) -> Self {
        let (over, is_over) = mpsc::channel();
        let said = format!("topic-import: waiting for {database}, which is to {what}");
        thread::spawn(move || {
            if is_over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                out::note(&said);
            }
        });
        Self { _over: over }
    }
}
