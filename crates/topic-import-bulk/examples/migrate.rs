//! A small migration inside a program: checks a file as a whole, imports it, and says where every row ended up.
//!
//!     cargo run -p topic-import -- emulate
//!     cargo run -p topic-import-bulk --example migrate -- http://127.0.0.1:8787

use std::error::Error;
use std::future;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use topic_import_async::{Client, ClientSettings, Credentials, Origin, SdkAppId, Service};
use topic_import_bulk::{
    Format, Identity, ImportSettings, Input, Live, RowSettings, SqliteJournal, TopicIds, check,
    import, load,
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
    let target = Identity::of_target(app, origin.as_str(), Service::default());
    let client = Client::new(&ClientSettings::new(origin, credentials))?;

    let input = Input::file(FILE, Format::Jsonl, RowSettings::default());
    let directory = tempfile::tempdir()?;
    let journal = begin(&input, target, &directory.path().join("journal"))?;

    let live = Arc::new(Live::default());
    let never = future::pending();
    let settings = ImportSettings::default();
    let end = import(&client, &journal, &settings, &live, never, |failure| {
        eprintln!("line {}: {}", failure.line, failure.error);
    })
    .await?;
    let summary = end.summary;
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

/// Keeps the rows where they survive the program: `SqliteJournal::open` then goes on with them.
fn begin(input: &Input, target: Identity, path: &Path) -> Result<SqliteJournal, Box<dyn Error>> {
    let checked = check(input)?;
    if let Some(problem) = checked.problems.first() {
        return Err(format!("{FILE}:{problem}").into());
    }
    let identity = target.with_input(input, checked.fingerprint, TopicIds::Derived);
    let loading = SqliteJournal::create(path, &identity)?;
    Ok(load(loading, input, &checked, TopicIds::Derived)?)
}
