//! A whole migration, with its journal.

use std::error::Error;
use std::future::pending;
use std::sync::Arc;

use tokio::runtime::Runtime;
use topic_import_async::{Client, ClientSettings};
use topic_import_bulk::check::CheckSettings;
use topic_import_bulk::import::{ImportSettings, import};
use topic_import_bulk::input::{Format, Input, RowSettings};
use topic_import_bulk::journal::{Identity, Loading, SqliteJournal, Summary};
use topic_import_bulk::load::load;

const ROWS: &str = r#"{"GroupId":"@TGS#_riverside","TopicName":"first row"}
{"GroupId":"@TGS#_riverside","TopicName":"second row"}
"#;

pub fn migrate(runtime: &Runtime, settings: &ClientSettings) -> Result<Summary, Box<dyn Error>> {
    let client = Client::new(settings)?;
    let directory = tempfile::tempdir()?;
    let journal = SqliteJournal::create(&directory.path().join("journal"))?;
    let input = Input::bytes(ROWS.as_bytes(), Format::Jsonl, RowSettings::default());
    let checks = CheckSettings::default();
    let (report, rows) = load(journal, &input, &checks, |_| {})?;
    let run = Identity::of_client(&client).with_input(&input, report.fingerprint, &checks);
    let journal = rows.ok_or("nothing was loaded")?.finish(&run)?;
    let (settings, progress) = (ImportSettings::default(), Arc::default());
    let imported = import(&client, &journal, &settings, &progress, pending(), |failure| {
        eprintln!("{}: {}", failure.place, failure.error);
    });
    Ok(runtime.block_on(imported)?.summary)
}
