//! A script: imports the topics of a CSV file.
//!
//!     cargo run -p topic-import -- emulate
//!     cargo run -p topic-import-blocking --example import_csv -- http://127.0.0.1:8787

use std::error::Error;

use serde::Deserialize;
use topic_import_blocking::{
    Client, ClientSettings, Credentials, Endpoint, Imported, SdkAppId, TopicDraft,
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/topics.csv");
/// What `topic-import emulate` prints; valid nowhere else.
const KEY: &str = "trial-key-for-the-emulator-and-valid-nowhere-else-0123456789abcd";

/// The columns of the file, which are the script's own affair. All are text: only `CreateTime` is a number.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    group_id: String,
    topic_id: String,
    topic_name: String,
    introduction: String,
    create_time: i64,
}

impl From<Line> for TopicDraft {
    fn from(line: Line) -> Self {
        let mut draft = Self::new(line.group_id, line.topic_name);
        draft.topic_id = Some(line.topic_id);
        draft.introduction = Some(line.introduction);
        draft.create_time = Some(line.create_time);
        draft
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let endpoint = std::env::args().nth(1).ok_or("which endpoint?")?;
    let app = SdkAppId::new(1_400_000_000);
    let credentials = Credentials::from_key(app, "administrator", KEY)?;
    let client = Client::new(&ClientSettings::new(
        Endpoint::custom(endpoint.parse()?),
        credentials,
    ))?;

    // Every row is checked before the first one is sent.
    let mut topics = Vec::new();
    for (row, line) in csv::Reader::from_path(FILE)?
        .deserialize::<Line>()
        .enumerate()
    {
        let topic = TopicDraft::from(line?).validate();
        topics.push(topic.map_err(|violations| format!("row {}: {violations}", row + 1))?);
    }
    for topic in topics {
        match client.import(topic)? {
            Imported::Existing(id) => println!("{id} was there already"),
            imported => println!("{} imported", imported.topic_id()),
        }
    }
    Ok(())
}
