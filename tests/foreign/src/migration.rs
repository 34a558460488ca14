//! A whole migration, with its journal.

use std::error::Error;
use std::future::pending;
use std::sync::Arc;

use topic_import_async::{Client, ClientSettings};
use topic_import_bulk::{
    BeginSettings, Format, ImportSettings, Input, JournalPlace, Migration, RowSettings, Summary,
    WorkProgress,
};

const ROWS: &str = r#"{"GroupId":"@TGS#_riverside","TopicName":"first row"}
{"GroupId":"@TGS#_riverside","TopicName":"second row"}
"#;

pub async fn import(settings: &ClientSettings) -> Result<Summary, Box<dyn Error>> {
    let client = Client::new(settings)?;
    let directory = tempfile::tempdir()?;
    let journal = JournalPlace::File(directory.path().join("journal"));
    let input = Input::bytes(ROWS.as_bytes(), Format::Jsonl, RowSettings::default());
    let begin = BeginSettings::default();
    let migration = Migration::open_or_begin(&client, journal, input, begin).await?;
    let (settings, progress) = (ImportSettings::default(), Arc::new(WorkProgress::default()));
    let imported = migration.import(&settings, &progress, pending(), |failure| {
        eprintln!("{}: {}", failure.place, failure.error);
    });
    Ok(imported.await?.summary)
}
