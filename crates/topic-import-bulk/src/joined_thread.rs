//! A thread that does not outlive who has started it.

use std::io;
use std::thread::{self, JoinHandle};

/// Waits for the thread's end when it is dropped: what the thread is fed from must be dropped before it.
#[derive(Debug)]
pub(crate) struct JoinedThread(Option<JoinHandle<()>>);

impl JoinedThread {
    /// # Errors
    /// Where no thread can be started.
    pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let thread = thread::Builder::new().name(name.into()).spawn(work)?;
        Ok(Self(Some(thread)))
    }
}

impl Drop for JoinedThread {
    fn drop(&mut self) {
        // Where it has panicked, whoever waited for its work was told.
        let _ = self.0.take().map(JoinHandle::join);
    }
}
