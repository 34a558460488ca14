//! A small migration inside a program: checks a file as a whole, imports it, reads every topic back, and says which rows
//! are not there.
//!
//!     cargo run -p topic-import -- emulate
//!     cargo run -p topic-import-bulk --example migrate -- http://127.0.0.1:8787

use std::error::Error;
use std::future::pending;
use std::process::ExitCode;
use std::sync::Arc;

use topic_import_async::{Client, ClientSettings, Credentials, Origin, SdkAppId};
use topic_import_bulk::{
    BeginSettings, CallSettings, Format, ImportSettings, Input, JournalPlace, Migration, Outcome,
    RowSettings, WorkProgress,
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/topics.jsonl");
/// What `topic-import emulate` prints; valid nowhere else.
const KEY: &str = "trial-key-for-the-emulator-and-valid-nowhere-else-0123456789abcd";

#[tokio::main]
async fn main() -> ExitCode {
    match migrate().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn migrate() -> Result<(), Box<dyn Error>> {
    let origin: Origin = std::env::args().nth(1).ok_or("which endpoint?")?.parse()?;
    let app = SdkAppId::new(1_400_000_000);
    let credentials = Credentials::from_key(app, "administrator", KEY)?;
    let client = Client::new(&ClientSettings::new(origin, credentials))?;

    // A journal that is kept lets the same program go on where it was stopped.
    let directory = tempfile::tempdir()?;
    let journal = JournalPlace::File(directory.path().join("journal"));
    let input = Input::file(FILE, Format::Jsonl, RowSettings::default());
    let begin = BeginSettings::default();
    let migration = Migration::open_or_begin(&client, journal, input, begin).await?;

    let (settings, progress) = (ImportSettings::default(), Arc::new(WorkProgress::default()));
    let imported = migration.import(&settings, &progress, pending(), |failure| {
        eprintln!("{}: {}", failure.place, failure.error);
    });
    imported.await?;

    let (settings, progress) = (CallSettings::default(), Arc::new(WorkProgress::default()));
    let verified = migration.verify(&settings, &progress, pending(), |finding| {
        eprintln!("{}: {:?}", finding.place, finding.finding);
    });
    println!(
        "{} topics are as they should be",
        verified.await?.topics.equal
    );

    let reported = migration.report(&Outcome::FAILED, |row| {
        eprintln!("{}: {}: {}", row.place, row.outcome.name(), row.cause);
    });
    let summary = reported.await?;
    println!(
        "{} imported, {} existing, of {} rows",
        summary.imported, summary.existing, summary.rows
    );
    if summary.is_complete() {
        Ok(())
    } else {
        Err("not every topic is there".into())
    }
}
