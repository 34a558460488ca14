//! The program at the service's quota for minutes, against emulators that take shorter and longer to answer, all at the
//! same time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use topic_import_benches::sample;
use topic_import_emulator::{Emulator, Outcome as Answered};

use super::program;
use crate::Outcome;
use crate::effort::Effort;
use crate::process;
use crate::table::{Figure, Row, Target};

const QUOTA: u32 = 200;
const LATENCIES: [Duration; 4] = [
    Duration::from_millis(5),
    Duration::from_millis(50),
    Duration::from_millis(300),
    Duration::from_millis(1_500),
];
/// How often the emulator's calls are counted.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOKS_PER_SECOND: usize = 10;
/// The beginning and the end, which are left out of the middle, in seconds.
const EDGE: usize = 30;
/// As many calls in a second count as the full rate.
const FULL: u64 = 190;
/// The service's code for too many calls.
const TOO_FREQUENT: Answered = Answered::ErrorCode(60007);

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let rows = effort.of(u64::from(QUOTA) * 60 * effort.minutes * 99 / 100);
    let Some(program) = &effort.program else {
        let missing = LATENCIES.map(|latency| describe(latency, None));
        return Ok(missing.into_iter().flatten().collect());
    };
    let runs = thread::scope(|scope| {
        let start = |latency| scope.spawn(move || Run::of(program, latency, rows));
        LATENCIES.map(start).map(thread::ScopedJoinHandle::join)
    });
    let mut table = Vec::new();
    for (latency, run) in LATENCIES.into_iter().zip(runs) {
        let run = run.map_err(|_| "a thread panicked")??;
        table.extend(describe(latency, Some(&run)));
    }
    Ok(table)
}

/// What the emulator saw of a run.
struct Run {
    /// How many calls it had accepted at each look, from the program's start to its end.
    accepted: Vec<u64>,
    refused: u64,
}

impl Run {
    fn of(program: &Path, latency: Duration, rows: u64) -> Outcome<Self> {
        let emulator = Emulator::builder()
            .quota(QUOTA)
            .topics_per_community(None)
            .latency(latency)
            .start()?;
        let directory = process::directory()?;
        let file = directory.path().join("rows.jsonl");
        sample::write_rows(rows, BufWriter::new(File::create(&file)?))?;
        let command = program::import(program, &file, &emulator.origin(), QUOTA);
        let of = |outcomes: &BTreeMap<Answered, u64>, outcome| {
            outcomes.get(&outcome).copied().unwrap_or_default()
        };
        let mut accepted = vec![0];
        thread::scope(|scope| {
            let begun = Instant::now();
            let running = scope.spawn(move || process::run(command));
            while !running.is_finished() {
                let looks = u32::try_from(accepted.len()).unwrap_or(u32::MAX);
                let next = begun + LOOK_EVERY * looks;
                thread::sleep(next.saturating_duration_since(Instant::now()));
                let outcomes = emulator.state().outcomes();
                accepted.push(of(&outcomes, Answered::ErrorCode(0)));
            }
            running.join().map_err(|_| "a thread panicked")?
        })?;
        Ok(Self {
            accepted,
            refused: of(&emulator.state().outcomes(), TOO_FREQUENT),
        })
    }

    /// In percent of the quota, without the edges, or of the whole where there is nothing else.
    fn share(&self) -> f64 {
        let edge = EDGE * LOOKS_PER_SECOND;
        let middle = match self
            .accepted
            .get(edge..self.accepted.len().saturating_sub(edge))
        {
            Some(middle) if middle.len() > 1 => middle,
            _ => &self.accepted[..],
        };
        let calls = middle[middle.len() - 1] - middle[0];
        let quota = (middle.len() - 1) as f64 * LOOK_EVERY.as_secs_f64() * f64::from(QUOTA);
        100.0 * calls as f64 / quota
    }

    /// In percent of the calls.
    fn refused(&self) -> f64 {
        let accepted = self.accepted.last().copied().unwrap_or_default();
        100.0 * self.refused as f64 / (accepted + self.refused).max(1) as f64
    }

    /// How many seconds before and after the time at the full rate.
    fn slow(&self) -> Option<(f64, f64)> {
        let seconds = || self.accepted.windows(LOOKS_PER_SECOND + 1);
        let is_full = |second: &[u64]| second[LOOKS_PER_SECOND] - second[0] >= FULL;
        let before = seconds().position(is_full)?;
        let after = seconds().rev().position(is_full)?;
        let seconds = |looks: usize| looks as f64 * LOOK_EVERY.as_secs_f64();
        Some((seconds(before), seconds(after)))
    }
}

fn describe(latency: Duration, run: Option<&Run>) -> [Row; 3] {
    let what = format!("importer at {QUOTA}/s, latency {} ms", latency.as_millis());
    let row = |which: &str, figure: Option<(f64, String)>, target| {
        let figure = figure.map_or(Figure::Missing("no program"), |(value, words)| {
            Figure::Measured(value, words)
        });
        Row::new(&format!("{what}: {which}"), "–", figure, target)
    };
    [
        row(
            "share of the quota, without the first and last half minute",
            run.map(|run| (run.share(), format!("{:.2}%", run.share()))),
            Target::AtLeast(98.5, "%"),
        ),
        row(
            "refused as too frequent",
            run.map(|run| (run.refused(), format!("{:.3}%", run.refused()))),
            Target::AtMost(0.1, "%"),
        ),
        row(
            "from its start to the full rate, and from there to its end",
            run.map(|run| match run.slow() {
                Some((before, after)) => (before, format!("{before:.1} s, {after:.1} s")),
                None => (0.0, "never at the full rate".to_owned()),
            }),
            Target::None,
        ),
    ]
}
