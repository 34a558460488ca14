//! A small migration inside a program: checks a file as a whole, imports it, and says where every row ended up.
//!
//!     cargo run -p topic-import -- emulate
//!     cargo run -p topic-import-bulk --example migrate -- http://127.0.0.1:8787

use std::error::Error;
use std::future;
use std::sync::Arc;

use topic_import_async::Client;
use topic_import_bulk::{Format, Input, Live, RowSettings, RunSettings, check, run};
use topic_import_core::{ClientSettings, Credentials, Endpoint, SdkAppId, SecretKey, UserId};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/topics.jsonl");
/// What `topic-import emulate` prints; valid nowhere else.
const KEY: &str = "trial-key-for-the-emulator-and-valid-nowhere-else-0123456789abcd";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let endpoint = std::env::args().nth(1).ok_or("which endpoint?")?;
    let key = SecretKey::new(KEY).ok_or("an empty key")?;
    let administrator = UserId::parse("administrator")?;
    let credentials = Credentials::with_key(SdkAppId::new(1_400_000_000), administrator, key);
    let client = Client::new(&ClientSettings::new(
        Endpoint::custom(endpoint.parse()?),
        credentials,
    ))?;

    let input = Input::file(FILE, Format::Jsonl, RowSettings::default());
    let checked = check(&input)?;
    if let Some(problem) = checked.problems.first() {
        return Err(format!("{FILE}:{problem}").into());
    }

    let live = Arc::new(Live::default());
    let never = future::pending();
    let end = run(
        &client,
        &input,
        &checked,
        &RunSettings::default(),
        &live,
        never,
        |failure| {
            eprintln!("line {}: {}", failure.line, failure.error);
        },
    )
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
