//! A small migration inside a program: checks a file as a whole, imports it, and reads every topic back.
//!
//!     cargo run -p topic-import -- emulate
//!     cargo run -p topic-import-bulk --example migrate -- http://127.0.0.1:8787

use std::error::Error;
use std::future::pending;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::runtime::Runtime;
use topic_import_async::{Client, ClientSettings, Credentials, Origin};
use topic_import_bulk::calls::CallSettings;
use topic_import_bulk::check::CheckSettings;
use topic_import_bulk::import::{ImportSettings, import};
use topic_import_bulk::input::{Format, Input, RowSettings};
use topic_import_bulk::journal::{Identity, Journal, JournalError, Loading, SqliteJournal};
use topic_import_bulk::load::load;
use topic_import_bulk::preflight::preflight;
use topic_import_bulk::sweep::verify;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/topics.jsonl");
/// What `topic-import emulate` prints; valid nowhere else.
const KEY: &str = "trial-key-for-the-emulator-and-valid-nowhere-else-0123456789abcd";

fn main() -> ExitCode {
    match migrate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn migrate() -> Result<(), Box<dyn Error>> {
    let origin: Origin = std::env::args().nth(1).ok_or("which endpoint?")?.parse()?;
    let credentials = Credentials::from_key(1_400_000_000, "administrator", KEY)?;
    let client = Client::new(&ClientSettings::new(origin, credentials))?;
    let runtime = Runtime::new()?;

    // A journal that is kept lets the same program go on where it was stopped.
    let directory = tempfile::tempdir()?;
    let input = Input::file(FILE, Format::Jsonl, RowSettings::default());
    let journal = open_or_begin(&client, &input, &directory.path().join("journal"), &runtime)?;

    let (settings, progress) = (ImportSettings::default(), Arc::default());
    let imported = import(&client, &journal, &settings, &progress, pending(), |row| {
        eprintln!("{}: {}", row.place, row.error);
    });
    let summary = runtime.block_on(imported)?.summary;
    println!(
        "{} imported, {} existing, of {} rows",
        summary.imported, summary.existing, summary.rows
    );

    let (settings, progress) = (CallSettings::default(), Arc::default());
    let verified = verify(&client, &journal, &settings, &progress, pending(), |row| {
        eprintln!("{}: {:?}", row.place, row.finding);
    });
    let equal = runtime.block_on(verified)?.topics.equal;
    println!("{equal} topics are as they should be");
    if equal == summary.rows {
        Ok(())
    } else {
        Err("not every topic is there".into())
    }
}

/// Opens the journal if it is there. Otherwise, checks the whole input, loads its rows into a new journal, and tries the
/// account and the communities before anything is imported.
fn open_or_begin(
    client: &Client,
    input: &Input,
    path: &Path,
    runtime: &Runtime,
) -> Result<SqliteJournal, Box<dyn Error>> {
    let checks = CheckSettings::default();
    let run = |fingerprint| Identity::of_client(client).with_input(input, fingerprint, &checks);
    match SqliteJournal::open(path) {
        Ok(journal) => {
            runtime.block_on(journal.belongs_to(&run(input.fingerprint()?)))?;
            return Ok(journal);
        }
        Err(JournalError::Missing { .. } | JournalError::NotLoaded { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let (report, rows) = load(SqliteJournal::create(path)?, input, &checks, |_| {})?;
    for problem in &report.problems {
        eprintln!("line {problem}");
    }
    let rows = rows.filter(|_| !report.has_problems());
    let rows = rows.ok_or("rows are invalid: nothing was sent")?;
    let (settings, progress) = (CallSettings::default(), Arc::default());
    let communities = &report.communities;
    let looked_up = preflight(client, communities, &settings, &progress, pending());
    let found = runtime.block_on(looked_up);
    if !found.is_passed() {
        rows.discard();
        return Err(format!("nothing was imported: {found:?}").into());
    }
    Ok(rows.finish(&run(report.fingerprint))?)
}
