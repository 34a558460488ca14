//! A run in PostgreSQL with several workers, beside one with a single worker whose journal is a file.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::thread::{self, ScopedJoinHandle};

use topic_import_benches::sample;
use topic_import_bulk::check::CheckSettings;
use topic_import_bulk::input::{Format, Input, RowSettings};
use topic_import_bulk::journal::{Identity, Loading as _, PostgresJournal};
use topic_import_bulk::load::load;
use topic_import_core::{SdkAppId, Service};
use topic_import_emulator::TRIAL_SDK_APP_ID;
use topic_import_shared_quota::Database;
use topic_import_test_postgres as postgres;

use super::{database, program};
use crate::Outcome;
use crate::comparison::{Comparison, rounds};
use crate::effort::Effort;
use crate::peer::Peer;
use crate::process;
use crate::server::Kind;
use crate::table::{Figure, Row, Target};

/// How many share a run without pacing.
const WORKERS: [u64; 4] = [1, 2, 4, 8];
const PACED_WORKERS: u64 = 4;
const ROWS: u64 = 40_000;
/// The quota of the paced run, and how long it takes.
const QUOTA: u32 = 2_000;
const SECONDS: u64 = 60;

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let (speeds, paced) = match &effort.program {
        None => {
            let missing = || Figure::Missing("no program");
            (WORKERS.iter().map(|_| missing()).collect(), missing())
        }
        Some(path) => run(effort, path)?,
    };
    let speeds = WORKERS.iter().zip(speeds).map(|(workers, speed)| {
        Row::new(
            &format!("shared run, `--rate 0`, {workers} at work on PostgreSQL: rows/s"),
            "one at work, journal on disk",
            speed,
            Target::None,
        )
    });
    let paced = Row::new(
        &format!("shared run at {QUOTA}/s, {PACED_WORKERS} at work: share of the quota"),
        "–",
        paced,
        Target::AtLeast(98.0, "%"),
    );
    Ok(speeds.chain([paced]).collect())
}

fn run(effort: &Effort, program: &Path) -> Outcome<(Vec<Figure>, Figure)> {
    let service = Peer::start(Kind::Echo)?;
    let database = database::start();
    let rows = effort.of(ROWS);
    let directory = process::directory()?;
    let file = directory.path().join("rows.jsonl");
    sample::write_rows(rows, BufWriter::new(File::create(&file)?))?;
    let input = Input::file(file.clone(), Format::Jsonl, RowSettings::default());
    let speeds: Vec<Figure> = WORKERS
        .iter()
        .map(|&workers| {
            let pairs = rounds(
                effort.rounds.min(5),
                || {
                    let kept_in = database.database();
                    load_into(&kept_in, &input, &service)?;
                    let seconds = work(program, &kept_in, &service, workers, 0)?;
                    Ok::<_, crate::Failure>(rows as f64 / seconds)
                },
                || {
                    let import = program::import(program, &file, &service.origin(), 0);
                    let ended = process::run(import)?;
                    std::fs::remove_file(directory.path().join("rows.jsonl.journal"))?;
                    Ok(rows as f64 / program::seconds(&ended)?)
                },
            )?;
            Ok::<_, crate::Failure>(Comparison::of(&pairs).in_numbers())
        })
        .collect::<Result<_, _>>()?;
    let rows = effort.of(u64::from(QUOTA) * SECONDS);
    sample::write_rows(rows, BufWriter::new(File::create(&file)?))?;
    let kept_in = database.database();
    load_into(&kept_in, &input, &service)?;
    let seconds = work(program, &kept_in, &service, PACED_WORKERS, QUOTA)?;
    let share = rows as f64 / seconds / f64::from(QUOTA) * 100.0;
    let words = format!("{share:.1}% ({rows} rows in {seconds:.1} s)");
    Ok((speeds, Figure::Measured(share, words)))
}

fn load_into(kept_in: &postgres::Database<'_>, input: &Input, service: &Peer) -> Outcome<()> {
    let database = Database::parse(&kept_in.socket_url())?;
    let loading = PostgresJournal::create(&database, "run")?;
    let checks = CheckSettings::default();
    let (report, loading) = load(loading, input, &checks, |_| {})?;
    let app = SdkAppId::new(TRIAL_SDK_APP_ID);
    let identity = Identity::of_target(app, &service.origin(), Service::default());
    let identity = identity.with_input(input, report.fingerprint, &checks);
    let loading = loading.ok_or("the header is invalid")?;
    loading.finish(&identity)?;
    kept_in.sql("ANALYZE; CHECKPOINT");
    Ok(())
}

/// Has so many workers finish the run, and returns how many seconds the slowest took.
fn work(
    program: &Path,
    kept_in: &postgres::Database<'_>,
    service: &Peer,
    workers: u64,
    rate: u32,
) -> Outcome<f64> {
    let url = kept_in.socket_url();
    let seconds: Vec<Outcome<f64>> = thread::scope(|scope| {
        let at_work: Vec<_> = (0..workers)
            .map(|_| {
                let command = program::work(program, &url, service, rate);
                scope.spawn(|| program::seconds(&process::run(command)?))
            })
            .collect();
        let ended = at_work.into_iter().map(ScopedJoinHandle::join);
        ended
            .map(|ended| ended.unwrap_or_else(|_| Err("a worker was not waited for".into())))
            .collect()
    });
    seconds
        .into_iter()
        .try_fold(0.0, |most: f64, seconds| Ok(most.max(seconds?)))
}
