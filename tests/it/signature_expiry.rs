//! From a given moment on, the service takes every signature from before for expired.

use topic_import_core::{Endpoint, Rate, Scope};
use topic_import_driver::ClientSettings;
use topic_import_emulator::{Emulator, Outcome as Answered};

use crate::client::{Client, Kind};
use crate::identity::Identity;
use crate::outcome::Outcome;
use crate::topic::topic;

const EXPIRED: Answered = Answered::ErrorCode(70001);

/// Imports topics until the emulator has taken a signature for expired; gives how the calls ended.
fn import_across_the_moment(
    kind: Kind,
    identity: Identity,
) -> (Emulator, Vec<(Outcome, Option<Scope>)>) {
    let emulator = Emulator::builder()
        .quota(None)
        .topics_per_community(None)
        .start()
        .unwrap();
    let endpoint = Endpoint::custom(emulator.origin().parse().unwrap());
    let settings =
        ClientSettings::new(endpoint, identity.credentials()).with_quota(Rate::Unlimited);
    let client = Client::new(kind, &settings);
    let mut ends = Vec::new();
    let mut import = || {
        let ended = client.import(topic(&format!("Topic {}", ends.len()), true));
        let scope = ended
            .as_ref()
            .err()
            .map(topic_import_core::CallError::scope);
        ends.push((Outcome::of(&ended), scope));
    };
    import();
    emulator.set_faults("expire-signatures=1s".parse().unwrap());
    while !emulator.state().outcomes().contains_key(&EXPIRED) {
        import();
    }
    import();
    (emulator, ends)
}

#[test]
fn with_a_key_one_call_signs_anew_and_nothing_else_happens() {
    for kind in Kind::BOTH {
        let (emulator, ends) = import_across_the_moment(kind, Identity::Key);
        for end in &ends {
            assert_eq!(*end, (Outcome::Created, None), "{kind:?}");
        }
        assert_eq!(emulator.state().topics_len(), ends.len());
        assert_eq!(emulator.state().outcomes()[&EXPIRED], 1, "{kind:?}");
    }
}

#[test]
fn a_ready_made_signature_ends_the_run() {
    for kind in Kind::BOTH {
        let (emulator, ends) = import_across_the_moment(kind, Identity::UserSig);
        let (before, after) = ends.split_at(ends.len() - 2);
        for end in before {
            assert_eq!(*end, (Outcome::Created, None), "{kind:?}");
        }
        for end in after {
            let expected = (Outcome::Rejected(70001), Some(Scope::All));
            assert_eq!(*end, expected, "{kind:?}");
        }
        assert_eq!(emulator.state().topics_len(), before.len());
    }
}
