use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;

use topic_import_core::{CallError, ImportTopic, Imported};

use crate::client::Client;
use crate::quota::lock;

/// The results of [`Client::import_all`], as they are there.
///
/// Dropping it ends the work: calls that are under way are carried to their end, and no further topic is taken.
#[derive(Debug)]
pub struct ImportAll {
    results: Receiver<(Arc<ImportTopic>, Result<Imported, CallError>)>,
}

impl ImportAll {
    pub(crate) fn start(
        client: &Client,
        topics: impl Iterator<Item = ImportTopic> + Send + 'static,
        threads: NonZeroUsize,
    ) -> Self {
        let topics = Arc::new(Mutex::new(topics.fuse()));
        // A result waits until it is taken, so that no topic is begun that nobody asks for.
        let (sender, results) = mpsc::sync_channel(0);
        for _ in 0..threads.get() {
            let client = client.clone();
            let topics = Arc::clone(&topics);
            let sender = sender.clone();
            thread::spawn(move || {
                loop {
                    let next = lock(&topics).next();
                    let Some(topic) = next.map(Arc::new) else {
                        return;
                    };
                    let call = client.call(Arc::clone(&topic));
                    let result = client.run(call, |_| ControlFlow::Continue(()));
                    if sender.send((topic, result)).is_err() {
                        return;
                    }
                }
            });
        }
        Self { results }
    }
}

impl Iterator for ImportAll {
    type Item = (Arc<ImportTopic>, Result<Imported, CallError>);

    fn next(&mut self) -> Option<Self::Item> {
        self.results.recv().ok()
    }
}
