//! Topics that somebody else changes between an import and what comes after it.

use topic_import_async::{Client, ClientSettings};
use topic_import_core::{Credentials, DestroyTopic, Endpoint, GroupId, KnownTopicId, TopicDraft};
use topic_import_emulator::{Emulator, TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

use crate::support::{Bench, GROUP};

/// The ID of a topic in [`GROUP`].
pub(crate) fn id(custom: &str) -> String {
    format!("{GROUP}@TOPIC#_{custom}")
}

/// Imports `rows.jsonl` whole.
pub(crate) fn import(bench: &Bench) {
    let ran = bench.run(&["import", "rows.jsonl", "--quiet"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    // Some repeat others, and that is said.
    let mut lines = ran.stderr.lines();
    assert!(
        lines.all(|line| line.contains(" wholly (line ")),
        "{}",
        ran.stderr
    );
}

pub(crate) fn destroy(emulator: &Emulator, group_id: &str, topic_ids: &[&str]) {
    let ids = topic_ids.iter().copied();
    let ids = ids.map(|id| KnownTopicId::parse(id).unwrap()).collect();
    let topics = DestroyTopic::of(GroupId::parse(group_id).unwrap(), ids).unwrap();
    let destroyed = block_on(client(emulator).execute(topics)).unwrap();
    assert!(destroyed.topics.iter().all(|topic| topic.code.get() == 0));
}

/// Puts the topic of a row in the place of the one that is there.
pub(crate) fn replace(emulator: &Emulator, row: &str) {
    let draft: TopicDraft = serde_json::from_str(row).unwrap();
    let topic = draft.validate().unwrap();
    let topic_id = topic.topic_id().unwrap().to_string();
    destroy(emulator, topic.group_id().as_str(), &[&topic_id]);
    block_on(client(emulator).import(topic)).unwrap();
}

fn client(emulator: &Emulator) -> Client {
    let credentials =
        Credentials::from_key(TRIAL_SDK_APP_ID, TRIAL_IDENTIFIER, TRIAL_SECRET_KEY).unwrap();
    let endpoint = Endpoint::custom(emulator.origin().parse().unwrap());
    Client::new(&ClientSettings::new(endpoint, credentials)).unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
