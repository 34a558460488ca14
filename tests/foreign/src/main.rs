//! Imports topics with each client and a migration into an emulator, as somebody would who found the crates in a registry.

use std::error::Error;
use std::sync::Arc;

use tokio::runtime::Runtime;
use topic_import_async::Client;
use topic_import_bulk::check::CheckSettings;
use topic_import_bulk::import::{ImportSettings, import};
use topic_import_bulk::input::{Format, Input, RowSettings};
use topic_import_bulk::journal::{Identity, Loading, SqliteJournal};
use topic_import_bulk::load::load;
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
    let (runtime, client) = (Runtime::new()?, Client::new(&settings)?);
    println!("{}", runtime.block_on(client.import(topic("second")?))?.topic_id());
    migrate(&client, &runtime)?;

    Database::parse("postgres://ada@db.example.com/chat")?;
    match emulator.state().topics().len() {
        4 => Ok(()),
        topics => Err(format!("{topics} topics are there, and not 4").into()),
    }
}

fn migrate(client: &Client, runtime: &Runtime) -> Result<(), Box<dyn Error>> {
    let path = std::env::temp_dir().join(format!("foreign-{}.journal", std::process::id()));
    let input = Input::bytes(ROWS, Format::Jsonl, RowSettings::default());
    let checks = CheckSettings::default();
    let (report, rows) = load(SqliteJournal::create(&path)?, &input, &checks, |_| {})?;
    let run = Identity::of_client(client).with_input(&input, report.fingerprint, &checks);
    let journal = rows.ok_or("nothing was loaded")?.finish(&run)?;
    let (settings, live) = (ImportSettings::default(), Arc::default());
    let never = std::future::pending();
    let end = import(client, &journal, &settings, &live, never, |failure| {
        eprintln!("{}: {}", failure.place, failure.error);
    });
    println!("{} of 2 rows are imported", runtime.block_on(end)?.summary.imported);
    drop(journal);
    std::fs::remove_file(path)?;
    Ok(())
}
