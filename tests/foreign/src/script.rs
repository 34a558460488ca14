//! The blocking client.

use std::error::Error;

use topic_import_blocking::{Client, ClientSettings, ImportTopic, KnownTopicId};

pub fn import(
    settings: &ClientSettings,
    topic: ImportTopic,
) -> Result<KnownTopicId, Box<dyn Error>> {
    let client = Client::new(settings)?;
    Ok(client.import(topic)?.topic_id().clone())
}
