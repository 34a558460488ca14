//! A script that imports the topics in a CSV file.
//!
//!     cargo run -p topic-import -- emulate
//!     cargo run -p topic-import-blocking --example import_csv -- http://127.0.0.1:8787

use std::error::Error;
use std::process::ExitCode;

use serde::Deserialize;
use topic_import_blocking::{Client, ClientSettings, Credentials, Imported, Origin, TopicDraft};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/topics.csv");
/// The key that `topic-import emulate` prints. It is valid nowhere else.
const KEY: &str = "trial-key-for-the-emulator-and-valid-nowhere-else-0123456789abcd";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    group_id: String,
    own_id: String,
    topic_name: String,
    introduction: String,
    create_time: i64,
}

impl From<Line> for TopicDraft {
    fn from(line: Line) -> Self {
        Self::new(line.group_id, line.topic_name)
            .own_id(line.own_id)
            .introduction(line.introduction)
            .created_at(line.create_time)
    }
}

fn main() -> ExitCode {
    match import() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn import() -> Result<(), Box<dyn Error>> {
    let origin: Origin = std::env::args().nth(1).ok_or("which endpoint?")?.parse()?;
    let credentials = Credentials::from_key(1_400_000_000, "administrator", KEY)?;
    let client = Client::new(&ClientSettings::new(origin, credentials))?;

    // Check every row before sending the first one.
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
            Imported::Created(id) => println!("{id} imported"),
        }
    }
    Ok(())
}
