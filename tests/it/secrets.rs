//! Neither key nor signature shows anywhere: not in a log of any crate, not in an error, not in a panic.

use topic_import_core::http::HttpRequest;
use topic_import_core::{Call, Endpoint, Now, SdkAppId, SecretKey, Step, UserId, UserSig};
use topic_import_driver::ClientSettings;
use topic_import_emulator::TRIAL_SECRET_KEY;

use crate::client::{Client, Kind};
use crate::conformance;
use crate::identity::{Identity, WRONG_KEY};
use crate::topic::topic;
use crate::watch;

#[test]
fn no_log_error_or_panic_of_any_scenario_gives_a_secret_away() {
    let played = conformance::played().len();
    let texts = watch::texts_by_source();
    eprintln!("{played} scenarios, texts looked at: {texts:?}");
    let leaks = watch::leaks();
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    // It would be no wonder if nobody had said anything.
    for source in [
        "error",
        "hyper_util",
        "reqwest",
        "topic_import_driver",
        "ureq",
    ] {
        let texts = texts.get(source).copied().unwrap_or_default();
        assert!(texts > 100, "only {texts} texts of {source}");
    }
}

#[test]
fn nothing_that_holds_a_secret_shows_it() {
    let identities = [
        Identity::Key,
        Identity::UserSig,
        Identity::Nonsense,
        Identity::WrongKey,
    ];
    for identity in identities {
        let endpoint = Endpoint::custom("http://127.0.0.1:9".parse().unwrap());
        let settings = ClientSettings::new(endpoint, identity.credentials());
        let mut shown = vec![
            format!("{:?} {settings:#?}", settings.credentials),
            format!("{:?}", settings.session()),
        ];
        for kind in Kind::BOTH {
            shown.push(format!("{:#?}", Client::new(kind, &settings)));
        }
        let (request, session, call) = signed_request(&settings);
        shown.push(format!(
            "{request:?} {:#?} {}",
            request,
            request.url_and_query().0
        ));
        shown.push(format!("{session:#?} {call:#?}"));
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            // On purpose: what a program says of itself when it dies.
            panic!("{settings:?} {session:?} {request:?}");
        }))
        .unwrap_err();
        shown.push(panicked.downcast_ref::<String>().unwrap().clone());
        for text in shown {
            assert!(!watch::gives_away(&text), "{identity:?}");
        }
        assert!(
            watch::gives_away(&request.url),
            "{identity:?}: the URL carries it"
        );
    }
}

fn signed_request(
    settings: &ClientSettings,
) -> (
    HttpRequest,
    topic_import_core::Session,
    Call<topic_import_core::ImportTopic>,
) {
    let mut session = settings.session();
    let mut call = Call::new(topic("Welcome", true));
    let unix_seconds = std::time::SystemTime::now()
        .duration_since(std::time::SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    loop {
        let now = Now {
            elapsed: std::time::Duration::ZERO,
            unix_seconds,
        };
        if let Step::Send(request) = call.next(&mut session, now, 4) {
            return (request, session, call);
        }
    }
}

#[test]
fn the_watch_notices_every_piece_of_a_secret() {
    watch::start();
    let _ = Identity::Key.credentials();
    let _ = Identity::WrongKey.credentials();
    assert!(watch::gives_away(TRIAL_SECRET_KEY));
    assert!(watch::gives_away(&format!(
        "the key is {}.",
        &WRONG_KEY[7..7 + watch::PIECE]
    )));
    assert!(!watch::gives_away(&format!(
        "the key is {}.",
        &WRONG_KEY[7..6 + watch::PIECE]
    )));

    let key = SecretKey::parse(TRIAL_SECRET_KEY).unwrap();
    let identifier = UserId::parse("administrator").unwrap();
    let app = SdkAppId::new(topic_import_emulator::TRIAL_SDK_APP_ID);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let lifetime = topic_import_core::SIGNATURE_LIFETIME.as_secs();
    let signature = UserSig::sign(&key, app, &identifier, now, lifetime);
    let signature = signature.expose();
    let encoded = signature
        .replace('-', "%2D")
        .replace('*', "%2a")
        .replace('_', "%5F");
    assert!(watch::gives_away(&format!(
        "GET /?usersig={signature}&random=4"
    )));
    assert!(watch::gives_away(&format!("GET /?usersig={encoded}")));
    for start in [0, 50, signature.len() - watch::PIECE] {
        assert!(watch::gives_away(&signature[start..start + watch::PIECE]));
    }
}
