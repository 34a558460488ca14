//! A thread for SQLite's work, so that waiting for the disk does not block async tasks.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

/// A thread that owns a state and works on it. Dropping this ends the thread and drops the state, so that anything the
/// state holds, such as a lock, is free afterwards.
#[derive(Debug)]
pub(super) struct OwnThread<S> {
    /// Declared first so that it is dropped first: the thread ends when no more jobs can come.
    jobs: Sender<Job<S>>,
    _thread: JoinedThread,
}

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// The thread ended before it had done the work.
#[derive(Debug, thiserror::Error)]
#[error("the journal's thread ended unexpectedly")]
pub(super) struct Ended;

impl<S: Send + 'static> OwnThread<S> {
    /// # Errors
    /// If no thread can be started.
    pub(super) fn new(mut state: S) -> io::Result<Self> {
        let (jobs, waiting) = mpsc::channel::<Job<S>>();
        let work = move || waiting.into_iter().for_each(|job| job(&mut state));
        Ok(Self {
            jobs,
            _thread: JoinedThread::spawn("journal", work)?,
        })
    }

    /// Runs a piece of work after all earlier ones, and to its end even if the future is dropped meanwhile. If the work
    /// panics, so does this method, and the thread continues.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Result<T, Ended> {
        let (done, result) = oneshot::channel();
        let job = move |state: &mut S| {
            let result = panic::catch_unwind(AssertUnwindSafe(|| work(state)));
            let _ = done.send(result);
        };
        self.jobs.send(Box::new(job)).map_err(|_| Ended)?;
        let result = result.await.map_err(|_| Ended)?;
        Ok(result.unwrap_or_else(|panic| panic::resume_unwind(panic)))
    }
}

/// A thread that is joined when this is dropped. The sender of its jobs must be dropped first, or it would never end.
#[derive(Debug)]
struct JoinedThread(Option<JoinHandle<()>>);

impl JoinedThread {
    /// # Errors
    /// If no thread can be started.
    fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let thread = thread::Builder::new().name(name.into()).spawn(work)?;
        Ok(Self(Some(thread)))
    }
}

impl Drop for JoinedThread {
    fn drop(&mut self) {
        // A panic has already reached whoever waited for the work.
        let _ = self.0.take().map(JoinHandle::join);
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future as _;
    use std::sync::Arc;
    use std::task::{Context, Waker};

    use super::*;

    #[tokio::test]
    async fn what_it_owns_is_dropped_with_it() {
        let owned = Arc::new(());
        let thread = OwnThread::new(Arc::clone(&owned)).unwrap();
        thread.run(|_| ()).await.unwrap();
        assert_eq!(Arc::strong_count(&owned), 2);
        drop(thread);
        assert_eq!(Arc::strong_count(&owned), 1);
    }

    #[tokio::test]
    async fn a_panic_reaches_who_asked_and_the_thread_goes_on() {
        let thread = Arc::new(OwnThread::new(0).unwrap());
        let other = Arc::clone(&thread);
        let asked = tokio::spawn(async move { other.run(|_| panic!("planted")).await });
        assert!(asked.await.unwrap_err().is_panic());
        assert_eq!(thread.run(|state| *state).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn work_is_done_in_order_even_if_nobody_waits() {
        let thread = OwnThread::new(Vec::new()).unwrap();
        for number in 0..3 {
            let mut abandoned =
                Box::pin(thread.run(move |state: &mut Vec<i32>| state.push(number)));
            let mut context = Context::from_waker(Waker::noop());
            let _ = abandoned.as_mut().poll(&mut context);
        }
        assert_eq!(thread.run(|state| state.clone()).await.unwrap(), [0, 1, 2]);
    }
}
