//! Topics, credentials and answers as a migration has them.

use std::io::{self, Write};

use serde_json::json;
use topic_import_core::{Credentials, ImportTopic, SecretKey, TopicDraft, Violations};
use topic_import_emulator::{TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

/// The community of the first topics.
const GROUP_ID: &str = "@TGS#_riverside";
/// So many topics stand in a community: as many as it takes.
const TOPICS_PER_COMMUNITY: u64 = 200;
/// The origin in URLs that are built and not called.
pub const ORIGIN: &str = "https://adminapisgp.im.qcloud.com";
/// The topic that is called again and again where the server gives the same answer to everything.
pub const TOPIC_ID: &str = "@TGS#_riverside@TOPIC#_0000000";

/// When signatures that are not sent are signed.
pub const SIGNED_AT: u64 = 1_700_000_000;

/// Those that the emulator takes.
pub fn credentials() -> Credentials {
    Credentials::from_key(TRIAL_SDK_APP_ID, TRIAL_IDENTIFIER, TRIAL_SECRET_KEY)
        .expect("the emulator's own")
}

/// The emulator's.
pub fn secret_key() -> SecretKey {
    SecretKey::parse(TRIAL_SECRET_KEY).expect("a key")
}

/// The topic of this number: about 330 bytes of JSON.
pub fn topic(number: u64) -> Result<ImportTopic, Violations> {
    draft(number).validate()
}

/// Writes rows as JSONL.
pub fn write_rows(rows: u64, mut to: impl Write) -> io::Result<()> {
    for number in 0..rows {
        write_row(number, &mut to)?;
        to.write_all(b"\n")?;
    }
    to.flush()
}

/// Writes the topic of this number.
pub fn write_row(number: u64, to: impl Write) -> serde_json::Result<()> {
    serde_json::to_writer(to, &draft(number))
}

/// Writes channels as Slack exports them, with eight members each: about 500 bytes of JSON.
pub fn write_channels(channels: u64, mut to: impl Write) -> io::Result<()> {
    let said = |value: String, creator: &str| json!({"value": value, "creator": creator, "last_set": "1448357838"});
    for number in 0..channels {
        let creator = format!("U{number:010}");
        let members: Vec<String> = (0..8)
            .map(|member| format!("U{:010}", number + member))
            .collect();
        let channel = json!({
            "id": format!("C{number:010}"),
            "name": format!("channel-{number}"),
            "created": 1_448_357_837 + number,
            "creator": creator,
            "is_archived": false,
            "is_general": number == 0,
            "members": members,
            "topic": said(format!("Who has key {number}?"), &creator),
            "purpose": said(format!("For what belongs to boat {number}"), &creator),
        });
        to.write_all(if number == 0 { b"[" } else { b",\n" })?;
        serde_json::to_writer(&mut to, &channel)?;
    }
    to.write_all(b"]\n")?;
    to.flush()
}

/// The service's answer to the import of a topic.
pub fn answer(topic_id: &str) -> String {
    format!(r#"{{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"TopicId":"{topic_id}"}}"#)
}

fn draft(number: u64) -> TopicDraft {
    let group_id = match number / TOPICS_PER_COMMUNITY {
        0 => GROUP_ID.to_owned(),
        further => format!("{GROUP_ID}-{further}"),
    };
    let topic_id = format!("{group_id}@TOPIC#_{number:07}");
    let mut draft = TopicDraft::new(group_id, format!("Topic {number:07}"));
    draft.topic_id = Some(topic_id);
    draft.custom_string = Some(format!(r#"{{"old_id":"C{number:07}","pinned":false}}"#));
    draft.face_url = Some("https://static.example.com/faces/riverside.png".into());
    draft.notification = Some("Be kind, stay on topic".into());
    draft.introduction =
        Some("What happens along the river, and when: walks, floods, feasts".into());
    draft.create_time = Some(1_448_357_837);
    draft
}
