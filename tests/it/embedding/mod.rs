//! The programs of `docs/embedding.md`, run against the emulator. They stand here to the letter.

#![allow(
    dead_code,
    reason = "the service's own endpoint is not for a test, nor is how a program begins"
)]

use std::time::Duration;

use topic_import_blocking::{ClientSettings, Credentials, Origin, TopicDraft};
use topic_import_emulator::{Emulator, TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

fn settings(emulator: &Emulator) -> ClientSettings {
    let origin: Origin = emulator.origin().parse().unwrap();
    let credentials = Credentials::from_key(TRIAL_SDK_APP_ID, TRIAL_IDENTIFIER, TRIAL_SECRET_KEY);
    ClientSettings::new(origin, credentials.unwrap())
}

#[test]
fn the_document_has_the_programs_as_they_are_run() {
    let document = include_str!("../../../docs/embedding.md");
    for program in [
        include_str!("script.rs"),
        include_str!("advice.rs"),
        include_str!("service.rs"),
        include_str!("own_transport.rs"),
    ] {
        let block = format!("```rust,no_run\n{program}```\n");
        assert!(document.contains(&block), "not in the document:\n{program}");
    }
}

mod script {
    include!("script.rs");

    #[test]
    fn it_imports_its_topics() {
        let emulator = super::Emulator::builder().start().unwrap();
        import(&Client::new(&super::settings(&emulator)).unwrap()).unwrap();
        assert_eq!(emulator.state().topics().len(), 2);
    }
}

mod advice {
    include!("advice.rs");

    #[test]
    fn what_the_service_is_too_busy_for_is_kept_for_later() {
        let emulator = super::Emulator::builder().start().unwrap();
        emulator.set_faults("code80001@1,code60014@2-".parse().unwrap());
        let settings = super::settings(&emulator).with_deadline(super::Duration::from_secs(3));
        let topic = |name| {
            let draft = super::TopicDraft::new("@TGS#_riverside", name).own_id(name);
            draft.validate().unwrap()
        };
        let topics = vec![topic("refused"), topic("busy")];
        let later = import(&Client::new(&settings).unwrap(), topics).unwrap();
        assert!(later.contains(&topic("busy")), "{later:?}");
    }
}

mod service {
    include!("service.rs");

    #[test]
    fn it_imports_its_topic() {
        let emulator = super::Emulator::builder().start().unwrap();
        let client = Client::new(&super::settings(&emulator)).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(import(&client)).unwrap();
        assert_eq!(emulator.state().topics().len(), 1);
    }
}

mod own_transport {
    use topic_import_core::{Credentials, Rate, Region, TopicDraft};

    include!("own_transport.rs");

    #[test]
    fn it_carries_a_call_out() {
        let credentials = Credentials::from_key(1_400_000_001, "administrator", "made-up");
        let mut session = Session::new(Region::Seoul, credentials.unwrap());
        let mut pacers = Pacers::new(Rate::default());
        let topic = TopicDraft::new("@TGS#_riverside", "Welcome").own_id("welcome");
        let topic = topic.validate().unwrap();
        let send = |_: &HttpRequest| {
            let body = br#"{"ActionStatus":"OK","ErrorCode":0,"TopicId":"@TGS#_riverside@TOPIC#_welcome"}"#;
            Ok(HttpResponse::new(200, body.to_vec()))
        };
        let imported = import(
            &mut session,
            &mut pacers,
            topic,
            send,
            || 1_700_000_000,
            || 4,
        );
        let id = imported.unwrap().topic_id().to_string();
        assert_eq!(id, "@TGS#_riverside@TOPIC#_welcome");
    }
}
