//! A run of many rows, beside one of few: its peak memory, and how soon it says that nothing is left to do.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use topic_import_benches::sample;

use super::program;
use crate::Outcome;
use crate::comparison::median;
use crate::effort::Effort;
use crate::peer::Peer;
use crate::process;
use crate::server::Kind;
use crate::table::{Figure, Row, Target};

const FEW: u64 = 10_000;

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let many = effort.of(effort.large);
    let few = effort.of(FEW.min(effort.large));
    let figures = match &effort.program {
        None => [(); 3].map(|()| Figure::Missing("no program")),
        Some(program) => run(program, many, few, effort.rounds)?,
    };
    let [growth, peak, resume] = figures;
    let memory = format!("peak memory, {many} rows");
    Ok(vec![
        Row::new(
            &memory,
            &format!("{few} rows"),
            growth,
            Target::AtMost(1.05, "×"),
        ),
        Row::new(&memory, "–", peak, Target::AtMost(48.0, " MiB")),
        Row::new(
            &format!("resume of a journal of {many} rows, nothing left to do"),
            "–",
            resume,
            Target::AtMost(1.0, " s"),
        ),
    ])
}

fn run(program: &Path, many: u64, few: u64, rounds: usize) -> Outcome<[Figure; 3]> {
    let server = Peer::start(Kind::Echo)?;
    let directory = process::directory()?;
    let peak = |file: &Path| -> Outcome<f64> {
        let ended = process::run(program::import(program, file, &server.origin(), 0))?;
        Ok(ended.peak as f64 / 1024.0)
    };
    let of_few = (0..rounds.min(5)).map(|_| peak(&write(&directory, few)?));
    let of_few = median(of_few.collect::<Outcome<Vec<_>>>()?.into_iter());
    let file = write(&directory, many)?;
    let of_many = peak(&file)?;
    let resumed = (0..rounds).map(|_| {
        let ended = process::run(program::import(program, &file, &server.origin(), 0))?;
        Ok(ended.wall.as_secs_f64())
    });
    let resume = median(resumed.collect::<Outcome<Vec<_>>>()?.into_iter());
    Ok([
        Figure::times(
            of_many / of_few,
            &format!("{of_many:.1} MiB against {of_few:.1} MiB"),
        ),
        Figure::Measured(of_many, format!("{of_many:.1} MiB")),
        Figure::Measured(resume, format!("{resume:.2} s")),
    ])
}

/// An input without a journal beside it.
fn write(directory: &TempDir, rows: u64) -> Outcome<PathBuf> {
    let directory = tempfile::tempdir_in(directory.path())?.keep();
    let file = directory.join("rows.jsonl");
    sample::write_rows(rows, BufWriter::new(File::create(&file)?))?;
    Ok(file)
}
