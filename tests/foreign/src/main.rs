//! Imports topics with each client and a migration into an emulator, as somebody would who found the crates in a registry.

use std::error::Error;
use std::sync::Arc;

use topic_import_bulk::{
    BeginSettings, Format, ImportSettings, Input, JournalPlace, WorkProgress, Migration, RowSettings,
};
use topic_import_core::{Credentials, Origin, TopicDraft};
use topic_import_driver::ClientSettings;
use topic_import_emulator::{Emulator, TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};
use topic_import_shared_quota::Database;

const ROWS: &str = r#"{"GroupId":"@TGS#_riverside","TopicName":"third"}
{"GroupId":"@TGS#_riverside","TopicName":"fourth"}
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::builder().start()?;
    let origin: Origin = emulator.origin().parse()?;
    let credentials = Credentials::from_key(TRIAL_SDK_APP_ID, TRIAL_IDENTIFIER, TRIAL_SECRET_KEY)?;
    let settings = ClientSettings::new(origin, credentials);

    let topic = |name| TopicDraft::new("@TGS#_riverside", name).validate();
    let blocking = topic_import_blocking::Client::new(&settings)?;
    println!("{}", blocking.import(topic("first")?)?.topic_id());
    tokio::runtime::Runtime::new()?.block_on(async {
        let client = topic_import_async::Client::new(&settings)?;
        println!("{}", client.import(topic("second")?).await?.topic_id());
        migrate(&client).await
    })?;

    Database::parse("postgres://ada@db.example.com/chat")?;
    match emulator.state().topics().len() {
        4 => Ok(()),
        topics => Err(format!("{topics} topics are there, and not 4").into()),
    }
}

async fn migrate(client: &topic_import_async::Client) -> Result<(), Box<dyn Error>> {
    let journal = std::env::temp_dir().join(format!("foreign-{}.journal", std::process::id()));
    let place = JournalPlace::File(journal.clone());
    let input = Input::bytes(ROWS, Format::Jsonl, RowSettings::default());
    let begin = BeginSettings::default();
    let migration = Migration::open_or_begin(client, place, input, begin).await?;
    let (settings, live) = (ImportSettings::default(), Arc::new(WorkProgress::default()));
    let end = migration.import(&settings, &live, std::future::pending(), |failure| {
        eprintln!("{}: {}", failure.place, failure.error);
    });
    println!("{} of 2 rows are imported", end.await?.summary.imported);
    drop(migration);
    std::fs::remove_file(journal)?;
    Ok(())
}
