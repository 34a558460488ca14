use std::num::NonZeroUsize;
use std::panic::resume_unwind;
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
}

impl ImportAll {
    pub(crate) fn start(
        topics: impl Iterator<Item = ImportTopic> + Send + 'static,
        threads: NonZeroUsize,
        import: impl Fn(Arc<ImportTopic>) -> Result<Imported, CallError> + Clone + Send + 'static,
    ) -> Self {
        let topics = Arc::new(Mutex::new(topics.fuse()));
        // A thread waits until its result is taken, so that no thread starts a topic that nobody asks for.
        let (sender, results) = mpsc::sync_channel(0);
        let work = || {
            let import = import.clone();
            let topics = Arc::clone(&topics);
            let sender = sender.clone();
            thread::spawn(move || {
                loop {
                    let next = topics.lock().unwrap_or_else(PoisonError::into_inner).next();
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
        Self { results, threads }
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
