use topic_import_blocking::{Advice, Client, ImportTopic};

/// Imports what can be imported now, and returns the topics to try again later.
fn import(
    client: &Client,
    topics: Vec<ImportTopic>,
) -> Result<Vec<ImportTopic>, Box<dyn std::error::Error>> {
    let mut later = Vec::new();
    for topic in topics {
        let Err(error) = client.import(topic.clone()) else {
            continue;
        };
        match error.advice() {
            Advice::TryLater | Advice::AskAgain => later.push(topic),
            Advice::FixRow | Advice::FixGroup | Advice::LookYourself => {
                eprintln!("{}: {error}", topic.topic_name);
            }
            Advice::FixSetup => return Err(error.into()),
        }
    }
    Ok(later)
}
