//! A connection that the service closes while the client keeps it for later.

use topic_import_core::TransportErrorKind;

use crate::client::{Client, Kind};
use crate::listener::Act;
use crate::outcome::{Outcome, Why};
use crate::stage::{Over, Stage};
use crate::topic::topic;
use crate::wire;

const ROUNDS: usize = 10;
const WAYS_TO_END: [&[Act]; 3] = [&[], &[Act::Bye], &[Act::Reset]];

/// Makes a call, has the connection closed, makes another call. Gives how that ended and what was sent for it.
fn call_after_the_end(
    kind: Kind,
    over: Over,
    end: &[Act],
    with_topic_id: bool,
) -> (Outcome, String) {
    let first = [&[Act::Read, Act::SUCCEED], end].concat();
    let standing = Stage::Scripted(vec![first, vec![Act::Read, Act::SUCCEED]]).set_up(over);
    let client = Client::new(kind, &standing.settings());
    assert_eq!(
        Outcome::of(&client.import(topic("One", true))),
        Outcome::Created
    );
    standing.listener.as_ref().unwrap().wait_for_ended(1);
    let ended = client.import(topic("Two", with_topic_id));
    let calls: Vec<_> = wire::seen(&standing)[1..]
        .iter()
        .map(|seen| seen.call.clone())
        .collect();
    (Outcome::of(&ended), calls.join(" "))
}

fn for_all(mut play: impl FnMut(Kind, Over, &[Act])) {
    for kind in Kind::BOTH {
        for over in [Over::PlainHttp, Over::Https] {
            for end in WAYS_TO_END {
                play(kind, over, end);
            }
        }
    }
}

#[test]
fn with_a_topic_id_the_call_goes_through() {
    for_all(|kind, over, end| {
        let found = call_after_the_end(kind, over, end, true);
        let case = format!("{kind:?}, {over:?}, {end:?}");
        assert_eq!(found, (Outcome::Created, "import".to_owned()), "{case}");
    });
}

/// The end may be on its way still, or wait to be read, when the request leaves: then nobody can say, and nothing is
/// repeated.
#[test]
fn without_a_topic_id_it_is_noticed_or_admitted() {
    let in_doubt = Outcome::Unknown(Why::MaybeSent(TransportErrorKind::Broken));
    for_all(|kind, over, end| {
        let mut noticed = 0;
        for _ in 0..ROUNDS {
            let found = call_after_the_end(kind, over, end, false);
            let case = format!("{kind:?}, {over:?}, {end:?}");
            if found == (Outcome::Created, "import".to_owned()) {
                noticed += 1;
            } else {
                assert_eq!(found, (in_doubt.clone(), String::new()), "{case}");
            }
        }
        assert!(noticed > 0, "{kind:?}, {over:?}, {end:?}: never noticed");
    });
}
