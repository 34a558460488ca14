//! Both clients take their slots from a quota that somebody else keeps.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use topic_import_async::{LocalQuota, Waiting};
use topic_import_core::{CallError, Command, Endpoint, Failure, Rate};
use topic_import_driver::{ClientSettings, NoSlot};
use topic_import_emulator::Emulator;

use crate::client::{Client, Kind, wait_for};
use crate::identity::Identity;
use crate::topic::topic;

/// What becomes of who asks for a slot.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Granted,
    Denied,
    Never,
}

/// Slots by a script, the last of which repeats; notes what is asked and told.
#[derive(Clone, Debug)]
struct Scripted(Arc<Mutex<(VecDeque<Slot>, Vec<String>)>>);

impl Scripted {
    fn new<const N: usize>(slots: [Slot; N]) -> Self {
        Self(Arc::new(Mutex::new((slots.into(), Vec::new()))))
    }

    fn told(&self) -> Vec<String> {
        self.0.lock().unwrap().1.clone()
    }

    fn note(&self, what: &str, command: Command) {
        let told = format!("{what} {command}");
        self.0.lock().unwrap().1.push(told);
    }

    fn next(&self, command: Command) -> Slot {
        self.note("slot", command);
        let slots = &mut self.0.lock().unwrap().0;
        match slots.len() {
            1 => slots[0],
            _ => slots.pop_front().unwrap(),
        }
    }
}

impl topic_import_async::Quota for Scripted {
    fn slot(&self, command: Command) -> Waiting<'_> {
        let slot = self.next(command);
        Box::pin(async move {
            match slot {
                Slot::Granted => Ok(()),
                Slot::Denied => Err("the database is away".into()),
                Slot::Never => std::future::pending().await,
            }
        })
    }

    fn throttled(&self, command: Command) {
        self.note("throttled", command);
    }
}

impl topic_import_blocking::Quota for Scripted {
    fn slot(&self, command: Command, until: Option<Instant>) -> Result<(), NoSlot> {
        match self.next(command) {
            Slot::Granted => Ok(()),
            Slot::Denied => Err(NoSlot::Failed("the database is away".into())),
            Slot::Never => {
                thread::sleep(until.unwrap().saturating_duration_since(Instant::now()));
                Err(NoSlot::TooLate)
            }
        }
    }

    fn throttled(&self, command: Command) {
        self.note("throttled", command);
    }
}

fn settings(emulator: &Emulator) -> ClientSettings {
    let endpoint = Endpoint::custom(emulator.origin().parse().unwrap());
    // Of no effect beside a quota that is given.
    let quota = Rate::PerSecond(NonZeroU32::MIN);
    ClientSettings::new(endpoint, Identity::Key.credentials()).with_quota(quota)
}

fn client(kind: Kind, settings: &ClientSettings, quota: Scripted) -> Client {
    match kind {
        Kind::Async => {
            Client::Async(topic_import_async::Client::with_quota(settings, quota).unwrap())
        }
        Kind::Blocking => {
            Client::Blocking(topic_import_blocking::Client::with_quota(settings, quota).unwrap())
        }
    }
}

#[test]
fn every_attempt_takes_a_slot_and_a_throttled_one_is_told() {
    for kind in Kind::BOTH {
        let emulator = Emulator::builder().quota(None).start().unwrap();
        // Too frequent, then a lost answer, which is settled by reading back.
        emulator.set_faults("code60007@1,lost@2".parse().unwrap());
        let quota = Scripted::new([Slot::Granted]);
        let client = client(kind, &settings(&emulator), quota.clone());
        client.import(topic("Welcome", true)).unwrap();
        assert_eq!(
            quota.told(),
            [
                "slot import_topic",
                "throttled import_topic",
                "slot import_topic",
                "slot import_topic",
                "slot get_topic",
            ],
            "{kind:?}"
        );
    }
}

#[test]
fn a_call_waits_until_the_quota_can_be_asked_again() {
    for kind in Kind::BOTH {
        let emulator = Emulator::builder().quota(None).start().unwrap();
        let quota = Scripted::new([Slot::Denied, Slot::Denied, Slot::Granted]);
        let client = client(kind, &settings(&emulator), quota.clone());
        client.import(topic("Welcome", true)).unwrap();
        assert_eq!(quota.told(), ["slot import_topic"; 3], "{kind:?}");
        assert_eq!(emulator.state().topics_len(), 1, "{kind:?}");
    }
}

#[test]
fn without_any_slot_nothing_leaves_and_the_call_ends() {
    for kind in Kind::BOTH {
        let emulator = Emulator::builder().quota(None).start().unwrap();
        let settings = settings(&emulator).with_deadline(Duration::from_millis(500));
        let client = client(kind, &settings, Scripted::new([Slot::Denied]));
        let ended = client.import(topic("Welcome", true));
        let Err(CallError::NotExecuted(failure @ Failure::NoSlot(_))) = ended else {
            panic!("{kind:?}: {ended:?}");
        };
        assert_eq!(
            failure.to_string(),
            "no slot in the quota could be obtained"
        );
        assert!(emulator.state().outcomes().is_empty(), "{kind:?}");
    }
}

#[test]
fn a_repetition_waits_for_its_slot_no_longer_than_the_deadline() {
    for kind in Kind::BOTH {
        let emulator = Emulator::builder().quota(None).start().unwrap();
        emulator.set_faults("lost@1".parse().unwrap());
        let settings = settings(&emulator).with_deadline(Duration::from_secs(1));
        let slots = Scripted::new([Slot::Granted, Slot::Never]);
        let ended = client(kind, &settings, slots).import(topic("Welcome", true));
        let is_in_doubt = matches!(
            ended,
            Err(CallError::OutcomeUnknown {
                failure: Failure::MaybeSent(_),
                ..
            })
        );
        assert!(is_in_doubt, "{kind:?}: {ended:?}");
    }
}

const SHARED: NonZeroU32 = NonZeroU32::new(50).unwrap();
const CALLS: usize = 48;

/// A machine that stalls bunches calls that left evenly; with a quota for each client, nearly half would be refused.
fn assert_kept(emulator: &Emulator) {
    let outcomes = emulator.state().outcomes();
    let refused = outcomes.get(&topic_import_emulator::Outcome::ErrorCode(60007));
    let refused = refused.copied().unwrap_or_default();
    assert!(refused <= u64::from(SHARED.get()) / 5, "{refused} refused");
}

#[test]
fn two_async_clients_may_share_a_local_quota() {
    let emulator = Emulator::builder().quota(SHARED.get()).start().unwrap();
    let settings = settings(&emulator);
    let quota = Arc::new(LocalQuota::new(Rate::PerSecond(SHARED)));
    let clients = [(); 2]
        .map(|()| topic_import_async::Client::with_quota(&settings, Arc::clone(&quota)).unwrap());
    let calls = (0..2 * CALLS).map(|number| {
        let client = clients[number % 2].clone();
        async move { client.import(topic(&number.to_string(), true)).await }
    });
    for ended in wait_for(futures_util::future::join_all(calls)) {
        ended.unwrap();
    }
    assert_kept(&emulator);
}

#[test]
fn two_blocking_clients_may_share_a_local_quota() {
    let emulator = Emulator::builder().quota(SHARED.get()).start().unwrap();
    let settings = settings(&emulator);
    let quota = Arc::new(topic_import_blocking::LocalQuota::new(Rate::PerSecond(
        SHARED,
    )));
    let clients = [(); 2].map(|()| {
        topic_import_blocking::Client::with_quota(&settings, Arc::clone(&quota)).unwrap()
    });
    thread::scope(|scope| {
        for number in 0..2 * CALLS {
            let client = clients[number % 2].clone();
            scope.spawn(move || client.import(topic(&number.to_string(), true)).unwrap());
        }
    });
    assert_kept(&emulator);
}
