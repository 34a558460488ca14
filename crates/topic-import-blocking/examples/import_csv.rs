//! A script: imports the topics of a CSV file.
//!
//!     cargo run -p topic-import -- emulate
//!     cargo run -p topic-import-blocking --example import_csv -- http://127.0.0.1:8787

use std::error::Error;

use topic_import_blocking::Client;
use topic_import_core::{
    ClientSettings, Credentials, Endpoint, Imported, SdkAppId, SecretKey, TopicDraft, UserId,
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/topics.csv");
/// What `topic-import emulate` prints; valid nowhere else.
const KEY: &str = "trial-key-for-the-emulator-and-valid-nowhere-else-0123456789abcd";

fn main() -> Result<(), Box<dyn Error>> {
    let endpoint = std::env::args().nth(1).ok_or("which endpoint?")?;
    let key = SecretKey::new(KEY).ok_or("an empty key")?;
    let administrator = UserId::parse("administrator")?;
    let credentials = Credentials::with_key(SdkAppId::new(1_400_000_000), administrator, key);
    let client = Client::new(&ClientSettings::new(
        Endpoint::custom(endpoint.parse()?),
        credentials,
    ))?;

    // Every row is checked before the first one is sent.
    let mut topics = Vec::new();
    for (row, draft) in csv::Reader::from_path(FILE)?
        .deserialize::<TopicDraft>()
        .enumerate()
    {
        let topic = draft?
            .validate()
            .map_err(|violations| format!("row {}: {violations}", row + 1))?;
        topics.push(topic);
    }
    for topic in topics {
        match client.import(topic)? {
            Imported::Existing(id) => println!("{id} was there already"),
            imported => println!("{} imported", imported.topic_id()),
        }
    }
    Ok(())
}
