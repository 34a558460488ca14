//! A run in PostgreSQL with several workers, beside one with a single worker whose journal is a file.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::thread::{self, ScopedJoinHandle};

use topic_import_benches::sample;
use topic_import_bulk::journal::{Identity, Loading as _, PostgresJournal};
use topic_import_bulk::load::load;
use topic_import_bulk::{CheckSettings, Database, Format, Input, RowSettings, TopicIds};
use topic_import_core::{SdkAppId, Service};
use topic_import_emulator::TRIAL_SDK_APP_ID;
use topic_import_test_postgres::{self as postgres, Server};

use super::program;
use crate::Outcome;
use crate::comparison::{Comparison, rounds};
use crate::effort::Effort;
use crate::peer::Peer;
use crate::process;
use crate::server::Kind;
use crate::table::{Figure, Row, Target};

const WORKERS: u64 = 4;
const ROWS: u64 = 40_000;
/// The quota of the paced run, and how long it takes.
const QUOTA: u32 = 2_000;
const SECONDS: u64 = 10;
/// As an owner has it who wants to keep what is committed.
const ON_DISK: &str = "ALTER SYSTEM SET fsync = on; ALTER SYSTEM SET full_page_writes = on; \
    ALTER SYSTEM SET shared_buffers = '256MB'";

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let [speed, paced] = match &effort.program {
        None => [(); 2].map(|()| Figure::Missing("no program")),
        Some(path) => run(effort, path)?,
    };
    Ok(vec![
        Row::new(
            &format!("shared run, `--rate 0`, {WORKERS} workers on PostgreSQL: rows/s"),
            "one worker, journal on disk",
            speed,
            Target::None,
        ),
        Row::new(
            &format!("shared run at {QUOTA}/s, {WORKERS} workers: share of the quota"),
            "–",
            paced,
            Target::AtLeast(98.0, "%"),
        ),
    ])
}

fn run(effort: &Effort, program: &Path) -> Outcome<[Figure; 2]> {
    let service = Peer::start(Kind::Echo)?;
    let database = Server::start();
    for setting in ON_DISK.split("; ") {
        database.database().sql(setting);
    }
    database.stop();
    database.start_again();
    let rows = effort.of(ROWS);
    let directory = process::directory()?;
    let file = directory.path().join("rows.jsonl");
    sample::write_rows(rows, BufWriter::new(File::create(&file)?))?;
    let input = Input::file(file.clone(), Format::Jsonl, RowSettings::default());
    let pairs = rounds(
        effort.rounds.min(5),
        || {
            let kept_in = database.database();
            load_into(&kept_in, &input, &service)?;
            Ok::<_, crate::Failure>(rows as f64 / work(program, &kept_in, &service, 0)?)
        },
        || {
            let ended = process::run(program::import(program, &file, &service, 0))?;
            std::fs::remove_file(directory.path().join("rows.jsonl.journal"))?;
            Ok(rows as f64 / program::seconds(&ended)?)
        },
    )?;
    let rows = effort.of(u64::from(QUOTA) * SECONDS);
    sample::write_rows(rows, BufWriter::new(File::create(&file)?))?;
    let kept_in = database.database();
    load_into(&kept_in, &input, &service)?;
    let seconds = work(program, &kept_in, &service, QUOTA)?;
    let share = rows as f64 / seconds / f64::from(QUOTA) * 100.0;
    let words = format!("{share:.1}% ({rows} rows in {seconds:.1} s)");
    Ok([
        Comparison::of(&pairs).in_numbers(),
        Figure::Measured(share, words),
    ])
}

fn load_into(kept_in: &postgres::Database<'_>, input: &Input, service: &Peer) -> Outcome<()> {
    let database = Database::parse(&kept_in.socket_url())?;
    let loading = PostgresJournal::create(&database, "run")?;
    let loaded = load(loading, input, &CheckSettings::default(), |_| {})?;
    let app = SdkAppId::new(TRIAL_SDK_APP_ID);
    let identity = Identity::of_target(app, &service.origin(), Service::default());
    let identity = identity.with_input(input, loaded.report().fingerprint, TopicIds::Derived);
    let loading = loaded.into_loading().ok_or("the header is invalid")?;
    loading.finish(&identity)?;
    kept_in.sql("ANALYZE; CHECKPOINT");
    Ok(())
}

/// Has all workers finish the run, and returns how many seconds the slowest took.
fn work(
    program: &Path,
    kept_in: &postgres::Database<'_>,
    service: &Peer,
    rate: u32,
) -> Outcome<f64> {
    let url = kept_in.socket_url();
    let seconds: Vec<Outcome<f64>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                let command = program::work(program, &url, service, rate);
                scope.spawn(|| program::seconds(&process::run(command)?))
            })
            .collect();
        let ended = workers.into_iter().map(ScopedJoinHandle::join);
        ended
            .map(|ended| ended.unwrap_or_else(|_| Err("a worker was not waited for".into())))
            .collect()
    });
    seconds
        .into_iter()
        .try_fold(0.0, |most: f64, seconds| Ok(most.max(seconds?)))
}
