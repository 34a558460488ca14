//! A primary that cannot be reached: the backup serves, and nobody else is ever asked.

use std::time::Duration;

use topic_import_core::{Endpoint, Rate, Scope, TransportErrorKind};
use topic_import_driver::ClientSettings;

use crate::client::{Client, Kind};
use crate::identity::Identity;
use crate::listener::{Act, Listener};
use crate::outcome::{Outcome, Why};
use crate::request::answer;
use crate::stage::{Over, Stage, Standing};
use crate::topic::topic;
use crate::wire;

const WORKING: Stage = Stage::Emulator(|emulator| emulator);

fn settings(primary: &Standing, backup: &Standing) -> ClientSettings {
    let endpoint = Endpoint::custom(primary.origin.clone()).with_backup(backup.origin.clone());
    ClientSettings::new(endpoint, Identity::Key.credentials())
        .with_quota(Rate::Unlimited)
        .with_connect_timeout(Duration::from_secs(1))
        .with_extra_certificates(primary.authority.as_bytes())
        .with_extra_certificates(backup.authority.as_bytes())
}

/// Ways in which a primary cannot be reached.
fn down() -> Vec<(Stage, Over)> {
    let below_tls = |acts: &[Act]| (Stage::BelowTls(vec![acts.to_vec()]), Over::Https);
    vec![
        (Stage::Refused, Over::PlainHttp),
        (Stage::Refused, Over::Https),
        (Stage::Full, Over::PlainHttp),
        (Stage::Full, Over::Https),
        (Stage::NoSuchHost, Over::Https),
        (Stage::Untrusted, Over::Https),
        (Stage::OtherName, Over::Https),
        below_tls(&[Act::Hold]),
        below_tls(&[Act::Await]),
        below_tls(&[Act::Await, Act::Reset]),
    ]
}

#[test]
fn the_backup_serves_where_the_primary_cannot_be_reached() {
    for (stage, over) in down() {
        for kind in Kind::BOTH {
            for with_topic_id in [true, false] {
                let primary = stage.set_up(over);
                let backup = WORKING.set_up(over);
                let client = Client::new(kind, &settings(&primary, &backup));
                let ended = client.import(topic("Welcome", with_topic_id));
                let case = format!("{kind:?}, {stage:?}, {over:?}, {with_topic_id}");
                assert_eq!(Outcome::of(&ended), Outcome::Created, "{case}");
                assert!(wire::is(&wire::seen(&backup), "import=0"), "{case}");
                assert!(wire::seen(&primary).is_empty(), "{case}");
            }
        }
    }
}

#[test]
fn a_primary_that_could_not_be_reached_is_left_alone_for_a_while() {
    for kind in Kind::BOTH {
        let primary = Stage::BelowTls(vec![vec![Act::Await]]).set_up(Over::Https);
        let backup = WORKING.set_up(Over::Https);
        let client = Client::new(kind, &settings(&primary, &backup));
        for name in ["One", "Two", "Three"] {
            assert_eq!(
                Outcome::of(&client.import(topic(name, true))),
                Outcome::Created
            );
        }
        assert!(wire::is(&wire::seen(&backup), "import=0 import=0 import=0"));
        assert_eq!(
            primary.listener.as_ref().unwrap().connections(),
            1,
            "{kind:?}"
        );
    }
}

#[test]
fn a_primary_that_goes_down_meanwhile_is_replaced() {
    for kind in Kind::BOTH {
        let mut primary = WORKING.set_up(Over::PlainHttp);
        let backup = WORKING.set_up(Over::PlainHttp);
        let client = Client::new(kind, &settings(&primary, &backup));
        assert_eq!(
            Outcome::of(&client.import(topic("One", false))),
            Outcome::Created
        );
        drop(primary.emulator.take());
        assert_eq!(
            Outcome::of(&client.import(topic("Two", true))),
            Outcome::Created
        );
        assert!(wire::is(&wire::seen(&backup), "import=0"), "{kind:?}");
    }
}

#[test]
fn where_both_cannot_be_reached_both_were_tried_and_nothing_was_executed() {
    for kind in Kind::BOTH {
        let [primary, backup] = [(); 2].map(|()| {
            let closing = Stage::BelowTls(vec![vec![Act::Await]]);
            closing.set_up(Over::Https)
        });
        let settings = settings(&primary, &backup).with_deadline(Duration::from_secs(1));
        let ended = Client::new(kind, &settings).import(topic("Welcome", false));
        let scope = ended
            .as_ref()
            .err()
            .map(topic_import_core::CallError::scope);
        let why = Why::NotSent(TransportErrorKind::Connect);
        assert_eq!(Outcome::of(&ended), Outcome::NotExecuted(why), "{kind:?}");
        assert_eq!(scope, Some(Scope::Nothing), "{kind:?}");
        for standing in [&primary, &backup] {
            assert!(
                standing.listener.as_ref().unwrap().connections() > 0,
                "{kind:?}"
            );
        }
    }
}

/// Whatever a primary that can be reached answers, no other host is asked: the URL carries the signature.
#[test]
fn a_primary_that_answers_is_not_replaced_and_sends_nobody_elsewhere() {
    for kind in Kind::BOTH {
        for over in [Over::PlainHttp, Over::Https] {
            for status in [
                "301 Moved Permanently",
                "302 Found",
                "303 See Other",
                "307 Temporary Redirect",
                "308 Permanent Redirect",
                "404 Not Found",
                "502 Bad Gateway",
            ] {
                let elsewhere = Listener::start(None, vec![vec![Act::Read, Act::SUCCEED]]);
                let location = format!("Location: http://127.0.0.1:{}/\r\n", elsewhere.port());
                let reply = Act::Send(answer(status, &location, b""));
                let primary = Stage::Scripted(vec![vec![Act::Read, reply]]).set_up(over);
                let backup = Stage::Scripted(vec![vec![Act::Read, Act::SUCCEED]]).set_up(over);
                let client = Client::new(kind, &settings(&primary, &backup));

                let ended = client.import(topic("Welcome", false));

                let why = Why::Status(status[..3].parse().unwrap());
                let expected = match why {
                    Why::Status(502) => Outcome::Unknown(why),
                    _ => Outcome::NotExecuted(why),
                };
                let case = format!("{kind:?}, {over:?}, {status}");
                assert_eq!(Outcome::of(&ended), expected, "{case}");
                assert!(wire::is(&wire::seen(&primary), "import"), "{case}");
                assert_eq!(backup.listener.as_ref().unwrap().connections(), 0, "{case}");
                assert_eq!(elsewhere.connections(), 0, "{case}");
            }
        }
    }
}
