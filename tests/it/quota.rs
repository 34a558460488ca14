//! All clones of a client keep to one quota.

use std::num::NonZeroU32;
use std::thread;

use topic_import_core::{Endpoint, Rate};
use topic_import_driver::ClientSettings;
use topic_import_emulator::{Emulator, Outcome as Answered};

use crate::client::{Client, Kind};
use crate::identity::Identity;
use crate::outcome::Outcome;
use crate::topic::topic;

const QUOTA: NonZeroU32 = NonZeroU32::new(50).unwrap();
const THREADS: usize = 16;
const CALLS_PER_THREAD: usize = 6;

#[test]
fn many_threads_share_one_quota() {
    for kind in Kind::BOTH {
        let emulator = Emulator::builder().quota(QUOTA.get()).start().unwrap();
        let endpoint = Endpoint::custom(emulator.origin().parse().unwrap());
        let settings = ClientSettings::new(endpoint, Identity::Key.credentials())
            .with_quota(Rate::PerSecond(QUOTA));
        let client = Client::new(kind, &settings);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let client = client.clone();
                scope.spawn(move || {
                    for call in 0..CALLS_PER_THREAD {
                        let name = format!("{number}-{call}");
                        let ended = client.import(topic(&name, call % 2 == 0));
                        assert_eq!(Outcome::of(&ended), Outcome::Created, "{kind:?}");
                    }
                });
            }
        });
        let outcomes = emulator.state().outcomes();
        let calls = THREADS * CALLS_PER_THREAD;
        assert_eq!(emulator.state().topics_len(), calls, "{kind:?}");
        let refused = outcomes.get(&Answered::ErrorCode(60007)).copied();
        let refused = refused.unwrap_or_default();
        eprintln!("{kind:?}: {calls} topics, {refused} calls refused as too frequent");
        // A machine that stalls bunches calls that left evenly; without the quota, nearly all would be refused once.
        assert!(
            refused <= u64::from(QUOTA.get()) / 5,
            "{kind:?}: {refused} refused"
        );
    }
}
