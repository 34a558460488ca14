use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use topic_import_core::{CallError, ImportTopic, Imported};

/// The results of [`Client::import_all`](crate::Client::import_all), in the order in which the calls end.
///
/// If it is dropped, calls in flight are still carried out to their end, and no further topic is taken.
#[derive(Debug)]
pub struct ImportAll {
    results: Receiver<(Arc<ImportTopic>, Result<Imported, CallError>)>,
    threads: Vec<JoinHandle<()>>,
    is_dropped: Arc<AtomicBool>,
}

impl ImportAll {
    pub(crate) fn start(
        topics: impl Iterator<Item = ImportTopic> + Send + 'static,
        threads: NonZeroUsize,
        import: impl Fn(Arc<ImportTopic>) -> Result<Imported, CallError> + Clone + Send + 'static,
    ) -> Self {
        let topics = Arc::new(Mutex::new(topics.fuse()));
        let is_dropped = Arc::new(AtomicBool::new(false));
        // A thread waits until its result is taken, so that it is at most one topic ahead of the caller.
        let (sender, results) = mpsc::sync_channel(0);
        let work = || {
            let import = import.clone();
            let topics = Arc::clone(&topics);
            let sender = sender.clone();
            let is_dropped = Arc::clone(&is_dropped);
            thread::spawn(move || {
                loop {
                    let next = {
                        let mut topics = topics.lock().unwrap_or_else(PoisonError::into_inner);
                        // Both may take long: the lock, and the topic.
                        let is_wanted = || !is_dropped.load(Ordering::Relaxed);
                        let next = is_wanted().then(|| topics.next()).flatten();
                        next.filter(|_| is_wanted())
                    };
                    let Some(topic) = next.map(Arc::new) else {
                        return;
                    };
                    let result = import(Arc::clone(&topic));
                    if sender.send((topic, result)).is_err() {
                        return;
                    }
                }
            })
        };
        let threads = (0..threads.get()).map(|_| work()).collect();
        Self {
            results,
            threads,
            is_dropped,
        }
    }
}

impl Drop for ImportAll {
    fn drop(&mut self) {
        self.is_dropped.store(true, Ordering::Relaxed);
    }
}

impl Iterator for ImportAll {
    type Item = (Arc<ImportTopic>, Result<Imported, CallError>);

    fn next(&mut self) -> Option<Self::Item> {
        if let Ok(result) = self.results.recv() {
            return Some(result);
        }
        // Every thread has ended. If one panicked, such as in the caller's iterator, topics were left out.
        for thread in self.threads.drain(..) {
            if let Err(panic) = thread.join() {
                resume_unwind(panic);
            }
        }
        None
    }
}
