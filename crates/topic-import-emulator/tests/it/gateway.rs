use serde_json::json;
use topic_import_emulator::{
    App, Command, Emulator, Outcome, TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY,
};

use crate::client::{Client, GET, IMPORT, query};
use crate::signer::{Signer, now};

const BODY: &[u8] = br#"{"GroupId": "@TGS#_g", "TopicName": "a"}"#;

fn code_of(query: &str) -> u64 {
    let emulator = Emulator::builder().start().unwrap();
    let response = Client::of(&emulator).request("POST", &format!("{IMPORT}?{query}"), BODY);
    let code = response.code();
    assert_eq!(emulator.state().topics_len(), usize::from(code == 0));
    code
}

fn signed(signer: &Signer<'_>) -> u64 {
    code_of(&query(&signer.sign()))
}

#[test]
fn a_good_signature_opens() {
    assert_eq!(signed(&Signer::default()), 0);
}

#[test]
fn a_signature_that_is_not_right_is_refused_by_its_fault() {
    let expired = Signer {
        time: now() - 100,
        expire: 100,
        ..Signer::default()
    };
    assert_eq!(signed(&expired), 70001);
    let of_other_key = Signer {
        secret_key: "another key",
        ..Signer::default()
    };
    assert_eq!(signed(&of_other_key), 70009);
    let of_other_user = Signer {
        identifier: "somebody",
        ..Signer::default()
    };
    assert_eq!(signed(&of_other_user), 70013);
    let of_other_app = Signer {
        sdk_app_id: TRIAL_SDK_APP_ID + 1,
        ..Signer::default()
    };
    assert_eq!(signed(&of_other_app), 70014);
    let good = Signer::default().sign();
    assert_eq!(code_of(&query(&good[..good.len() - 10])), 70003);
    assert_eq!(code_of(&query("xxx")), 70003);
}

#[test]
fn somebody_with_a_good_signature_is_still_not_the_admin() {
    let somebody = Signer {
        identifier: "somebody",
        ..Signer::default()
    };
    let query = query(&somebody.sign()).replace(TRIAL_IDENTIFIER, "somebody");
    assert_eq!(code_of(&query), 60010);
}

#[test]
fn the_app_is_the_emulators() {
    let good = query(&Signer::default().sign());
    let app = format!("sdkappid={TRIAL_SDK_APP_ID}");
    assert_eq!(code_of(&good.replace(&app, "sdkappid=88888888")), 70020);
    assert_eq!(code_of(&good.replace(&app, "sdkappid=abc")), 60006);
    assert_eq!(code_of(&good.replace(&app, "SDKAppID=1")), 60012);
}

#[test]
fn an_app_of_ones_own_is_served_with_odd_characters_in_its_admins_name() {
    let app = App::new(88_888_888, "a d&m=i+n", "its key");
    let emulator = Emulator::builder().app(app).start().unwrap();
    let signer = Signer {
        sdk_app_id: 88_888_888,
        identifier: "a d&m=i+n",
        secret_key: "its key",
        ..Signer::default()
    };
    let target = format!(
        "{IMPORT}?sdkappid=88888888&identifier=a%20d%26m%3Di%2Bn&usersig={}&random=0&contenttype=json",
        signer.sign()
    );
    let mut client = Client::of(&emulator);
    assert_eq!(client.request("POST", &target, BODY).code(), 0);
    let trial = format!("{IMPORT}?{}", query(&Signer::default().sign()));
    assert_eq!(client.request("POST", &trial, BODY).code(), 70020);
}

#[test]
fn random_and_content_type_are_checked() {
    let good = query(&Signer::default().sign());
    assert_eq!(
        code_of(&good.replace("random=99999999", "random=4294967295")),
        0
    );
    for bad in ["random=4294967296", "random=", "Random=1"] {
        assert_eq!(
            code_of(&good.replace("random=99999999", bad)),
            60002,
            "{bad}"
        );
    }
    assert_eq!(
        code_of(&good.replace("contenttype=json", "contenttype=xml")),
        60002
    );
}

#[test]
fn a_path_leads_to_a_command_or_nowhere() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let body = json!({"GroupId": "@TGS#_g", "TopicName": "a"});
    for (path, code) in [
        (IMPORT, 0),
        ("/v4/million_group_open_http_svc/import_topic", 0),
        ("/v4/group_open_http_svc/import_topics", 10003),
        ("/v4/group_open_http_svc/get_topic", 10003),
        ("/v4/openim/import_topic", 60009),
    ] {
        assert_eq!(client.call(path, &body).code(), code, "{path}");
    }
    let outside = client.call("/v3/group_open_http_svc/import_topic", &body);
    assert_eq!(outside.status, 404);
    assert!(outside.head.contains("content-type: text/html"));
    assert!(outside.body.contains("<html>"));
}

#[test]
fn only_posts_are_taken() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let target = format!("{IMPORT}?{}", query(&Signer::default().sign()));
    for method in ["GET", "PUT", "DELETE"] {
        assert_eq!(
            client.request(method, &target, BODY).code(),
            60002,
            "{method}"
        );
    }
    assert_eq!(emulator.state().topics_len(), 0);
}

#[test]
fn no_answer_repeats_the_signature() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    for (sig, target) in [
        ("canary", format!("{IMPORT}?{}", query("canary"))),
        ("canary", format!("{IMPORT}?{}&usersig=x", query("canary"))),
        ("canary", format!("/elsewhere?{}", query("canary"))),
    ] {
        let response = client.request("POST", &target, BODY);
        assert!(!response.body.contains(sig) && !response.head.contains(sig));
        assert!(!response.body.contains(TRIAL_SECRET_KEY));
    }
    let logged = format!("{:?}", emulator.state().calls());
    assert!(!logged.contains("canary"));
}

#[test]
fn every_call_is_in_the_log() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let import = json!({"GroupId": "@TGS#_g", "TopicId": "@TGS#_g@TOPIC#_a", "TopicName": "a"});
    client.import(&import);
    client.import(&import);
    client.call(GET, &json!({"GroupId": "@TGS#_g", "From_Account": "a"}));
    client.request("POST", &format!("{IMPORT}?{}", query("xxx")), BODY);
    client.call("/", &json!({}));
    let state = emulator.state();
    let calls = state.calls();
    let seen: Vec<_> = calls
        .iter()
        .map(|call| (call.number, call.command, call.random, call.outcome))
        .collect();
    let import = Some(Command::ImportTopic);
    let random = Some(99_999_999);
    assert_eq!(
        seen,
        [
            (1, import, random, Outcome::ErrorCode(0)),
            (2, import, random, Outcome::ErrorCode(10021)),
            (3, Some(Command::GetTopic), random, Outcome::ErrorCode(0)),
            (4, import, random, Outcome::ErrorCode(70003)),
            (5, None, None, Outcome::Status(404)),
        ]
    );
    assert_eq!(calls[1].topic_id.as_deref(), Some("@TGS#_g@TOPIC#_a"));
    assert_eq!(calls[3].topic_id, None);
    assert!(calls.is_sorted_by_key(|call| call.at));
    assert!(
        calls
            .iter()
            .all(|call| call.unix_time.as_secs() >= now() - 60)
    );
    assert_eq!(state.tries("@TGS#_g@TOPIC#_a"), 2);
    assert_eq!(state.calls_len(), 5);
    assert_eq!(state.outcomes()[&Outcome::ErrorCode(0)], 2);
    assert_eq!(state.calls_after(4).len(), 1);
}
