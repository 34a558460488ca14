//! Many topics at once: bounded, taken as they are needed, ended when dropped.

use std::iter;
use std::num::NonZeroUsize;
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};

use futures_util::{StreamExt as _, stream};
use topic_import_core::ImportTopic;

use crate::client::{Client, Ended, Kind, wait_for};
use crate::listener::{Act, Listener};
use crate::outcome::Outcome;
use crate::stage::{Over, Stage, Standing};
use crate::topic::topic;

const AT_ONCE: NonZeroUsize = NonZeroUsize::new(3).unwrap();

/// Topics that count how many of them were taken, and that tell when they are let go of.
struct Topics {
    taken: Arc<AtomicUsize>,
    left: usize,
    _alive: Sender<()>,
}

fn topics(left: usize) -> (Topics, Arc<AtomicUsize>, Receiver<()>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let (alive, gone) = mpsc::channel();
    let topics = Topics {
        taken: Arc::clone(&taken),
        left,
        _alive: alive,
    };
    (topics, taken, gone)
}

impl Iterator for Topics {
    type Item = ImportTopic;

    fn next(&mut self) -> Option<ImportTopic> {
        self.left = self.left.checked_sub(1)?;
        let number = self.taken.fetch_add(1, Ordering::SeqCst);
        Some(topic(&format!("Topic {number}"), true))
    }
}

fn client(kind: Kind, standing: &Standing) -> Client {
    Client::new(kind, &standing.settings())
}

type Results<'a> = Box<dyn Iterator<Item = (Arc<ImportTopic>, Ended)> + Send + 'a>;

/// The results one by one; an async client's stream is awaited only when the next one is asked for.
fn results(client: &Client, topics: Topics) -> Results<'_> {
    match client {
        Client::Blocking(client) => Box::new(client.import_all(topics, AT_ONCE)),
        Client::Async(client) => {
            let mut results = Box::pin(client.import_all(stream::iter(topics), AT_ONCE));
            Box::new(iter::from_fn(move || wait_for(results.next())))
        }
    }
}

fn holding() -> Standing {
    let held = [Act::Read, Act::HoldUntilLetGo, Act::SUCCEED];
    let answering = iter::repeat_n([Act::Read, Act::SUCCEED], 12).flatten();
    let acts = held.into_iter().chain(answering).collect();
    Stage::Scripted(vec![acts]).set_up(Over::PlainHttp)
}

fn listener(standing: &Standing) -> &Listener {
    standing.listener.as_ref().unwrap()
}

#[test]
fn no_more_are_in_flight_or_taken_than_was_asked_for() {
    for kind in Kind::BOTH {
        let standing = holding();
        let (topics, taken, _gone) = topics(12);
        let client = client(kind, &standing);
        let results = results(&client, topics);
        std::thread::scope(|scope| {
            let collected = scope.spawn(|| results.collect::<Vec<_>>());
            listener(&standing).wait_for_held(AT_ONCE.get());
            assert_eq!(taken.load(Ordering::SeqCst), AT_ONCE.get(), "{kind:?}");
            listener(&standing).let_go();
            let collected = collected.join().unwrap();
            assert_eq!(collected.len(), 12, "{kind:?}");
            for (_, ended) in &collected {
                assert_eq!(Outcome::of(ended), Outcome::Created, "{kind:?}");
            }
        });
        assert_eq!(listener(&standing).requests().len(), 12, "{kind:?}");
        let most = listener(&standing).most_in_service();
        assert_eq!(most, AT_ONCE.get(), "{kind:?}");
    }
}

#[test]
fn every_result_comes_with_its_own_topic() {
    for kind in Kind::BOTH {
        let standing = Stage::Emulator(|emulator| emulator).set_up(Over::PlainHttp);
        let (topics, ..) = topics(40);
        let mut seen = Vec::new();
        let client = client(kind, &standing);
        for (topic, ended) in results(&client, topics) {
            let id = topic.topic_id().unwrap().as_str();
            assert_eq!(ended.unwrap().topic_id().as_str(), id, "{kind:?}");
            seen.push(id.to_owned());
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 40, "{kind:?}");
    }
}

#[test]
fn dropped_it_takes_no_further_topic_and_lets_go_of_them() {
    for kind in Kind::BOTH {
        let standing = Stage::Emulator(|emulator| emulator).set_up(Over::PlainHttp);
        let (topics, taken, gone) = topics(usize::MAX);
        let client = client(kind, &standing);
        let mut results = results(&client, topics);
        for _ in 0..5 {
            let (_, ended) = results.next().unwrap();
            assert_eq!(Outcome::of(&ended), Outcome::Created, "{kind:?}");
        }
        drop(results);
        // Returns when the topics are gone.
        assert!(gone.recv().is_err());
        let most = 5 + AT_ONCE.get();
        let taken = taken.load(Ordering::SeqCst);
        assert!(taken <= most, "{kind:?}: {taken} were taken");
    }
}

#[test]
fn dropped_while_it_waits_for_a_topic_it_does_not_import_it() {
    let standing = Stage::Emulator(|emulator| emulator).set_up(Over::PlainHttp);
    let Client::Blocking(client) = client(Kind::Blocking, &standing) else {
        panic!("it is the blocking one");
    };
    let (topics, coming) = mpsc::channel();
    let (asks, asked) = mpsc::channel();
    let coming = iter::from_fn(move || {
        let _ = asks.send(());
        coming.recv().ok()
    });
    let mut results = client.import_all(coming, AT_ONCE);
    topics.send(topic("first", true)).unwrap();
    results.next().unwrap().1.unwrap();
    // One thread waits for the next topic, the others for that one.
    asked.recv().unwrap();
    asked.recv().unwrap();
    drop(results);
    for name in ["second", "third"] {
        let _ = topics.send(topic(name, true));
    }
    // Returns when the threads are gone.
    drop(topics);
    assert_eq!(asked.iter().count(), 0);
    let state = standing.emulator.as_ref().unwrap().state();
    assert_eq!(state.topics_len(), 1);
}

#[test]
fn a_failing_topic_does_not_hold_up_the_others() {
    for kind in Kind::BOTH {
        let standing = Stage::Emulator(|emulator| emulator).set_up(Over::PlainHttp);
        standing.plan("code10004@1-20");
        let (topics, ..) = topics(40);
        let client = client(kind, &standing);
        let outcomes: Vec<_> = results(&client, topics)
            .map(|(_, ended)| Outcome::of(&ended))
            .collect();
        let of = |outcome: &Outcome| outcomes.iter().filter(|found| *found == outcome).count();
        assert_eq!(of(&Outcome::Rejected(10004)), 20, "{kind:?}");
        assert_eq!(of(&Outcome::Created), 20, "{kind:?}");
    }
}

#[test]
fn topics_that_panic_do_not_end_it_in_silence() {
    for kind in Kind::BOTH {
        let standing = Stage::Emulator(|emulator| emulator).set_up(Over::PlainHttp);
        let (topics, ..) = topics(40);
        let topics = topics.enumerate().map(|(number, topic)| {
            assert!(number != 20, "on purpose: the input breaks off");
            topic
        });
        let client = client(kind, &standing);
        let collected = panic::catch_unwind(panic::AssertUnwindSafe(|| match &client {
            Client::Async(client) => {
                let results = client.import_all(stream::iter(topics), AT_ONCE);
                wait_for(results.count())
            }
            Client::Blocking(client) => client.import_all(topics, AT_ONCE).count(),
        }));
        assert!(collected.is_err(), "{kind:?}: {collected:?}");
    }
}
