//! A migration's run without pacing, its journal on disk, and the async client in a loop, against a server that answers
//! as the service does.

use std::fs::File;
use std::future;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use tokio::runtime::Runtime;
use topic_import_async::Client;
use topic_import_benches::sample;
use topic_import_bulk::calls::WorkProgress;
use topic_import_bulk::check::CheckSettings;
use topic_import_bulk::import::ImportSettings;
use topic_import_bulk::input::{Format, Input, RowSettings};
use topic_import_bulk::journal::{Identity, Loading as _, SqliteJournal};
use topic_import_bulk::load::load;
use topic_import_core::{SdkAppId, Service};
use topic_import_emulator::TRIAL_SDK_APP_ID;

use super::async_client::{client, in_flight_at_once};
use crate::Outcome;
use crate::clock::took;
use crate::comparison::{Throughput, rounds};
use crate::effort::Effort;
use crate::peer::Peer;
use crate::process;
use crate::server::Kind;
use crate::table::{Row, Target};

const ROWS: u64 = 20_000;
/// As many as a run has without pacing.
const IN_FLIGHT: u64 = 64;

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let server = Peer::start(Kind::Echo)?;
    let runtime = Runtime::new()?;
    let client = client(&server)?;
    let rows = effort.of(ROWS);
    let directory = process::directory()?;
    let file = directory.path().join("rows.jsonl");
    sample::write_rows(rows, BufWriter::new(File::create(&file)?))?;
    let input = Input::file(file, Format::Jsonl, RowSettings::default());
    let mut number = 0;
    let pairs = rounds(
        effort.rounds,
        || {
            number += 1;
            let journal = directory.path().join(format!("{number}.journal"));
            let journal = journal_of(&input, &server.origin(), &journal)?;
            took(|| runtime.block_on(import(&client, &journal, rows)))
        },
        || {
            let client = client.clone();
            let call = move |number| {
                let client = client.clone();
                async move {
                    client.import(sample::topic(number)?).await?;
                    Ok(())
                }
            };
            took(|| runtime.block_on(in_flight_at_once(IN_FLIGHT, rows, call)))
        },
    )?;
    Ok(Throughput::of(&pairs, rows)
        .rows(
            "bulk, `--rate 0`, journal on disk",
            "the async client in a loop",
            Target::AtLeast(0.6, "×"),
            Target::None,
        )
        .into())
}

fn journal_of(input: &Input, origin: &str, path: &Path) -> Outcome<SqliteJournal> {
    let loading = SqliteJournal::create(path)?;
    let checks = CheckSettings::default();
    let (report, loading) = load(loading, input, &checks, |_| {})?;
    let app = SdkAppId::new(TRIAL_SDK_APP_ID);
    let identity = Identity::of_target(app, origin, Service::default());
    let identity = identity.with_input(input, report.fingerprint, &checks);
    let loading = loading.ok_or("the header is invalid")?;
    Ok(loading.finish(&identity)?)
}

async fn import(client: &Client, journal: &SqliteJournal, rows: u64) -> Outcome<()> {
    let settings = ImportSettings::default();
    let progress = Arc::new(WorkProgress::default());
    let end = topic_import_bulk::import::import(
        client,
        journal,
        &settings,
        &progress,
        future::pending(),
        |_| {},
    )
    .await?;
    if end.summary.imported == rows {
        Ok(())
    } else {
        Err(format!("{} of {rows} rows imported", end.summary.imported).into())
    }
}
