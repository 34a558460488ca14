//! The async client: one for all tasks.

use std::error::Error;

use topic_import_async::{Client, ClientSettings, KnownTopicId, TopicDraft};

pub async fn import(
    settings: &ClientSettings,
    topics: [TopicDraft; 2],
) -> Result<Vec<KnownTopicId>, Box<dyn Error>> {
    let client = Client::new(settings)?;
    let mut tasks = Vec::new();
    for topic in topics {
        let (client, topic) = (client.clone(), topic.validate()?);
        tasks.push(tokio::spawn(async move { client.import(topic).await }));
    }
    let mut ids = Vec::new();
    for task in tasks {
        ids.push(task.await??.topic_id().clone());
    }
    Ok(ids)
}
