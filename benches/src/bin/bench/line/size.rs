//! Everything that the program does with a run, for many rows and for a tenth of them: what a row takes must not grow
//! with how many there are.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;

use topic_import_benches::sample;

use super::program;
use crate::Outcome;
use crate::effort::Effort;
use crate::peer::Peer;
use crate::process::{self, Ended};
use crate::server::Kind;
use crate::table::{Figure, Row, Target};

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let many = effort.of(effort.large);
    let few = many / 10;
    let Some(program) = &effort.program else {
        let what = format!("{many} rows");
        let missing = Figure::Missing("no program");
        return Ok(vec![Row::new(&what, "a tenth", missing, Target::None)]);
    };
    let journals = match &effort.postgres {
        Some(url) => Journals::Database(url),
        None => Journals::Files,
    };
    let of_few = journals.run(program, few)?;
    let of_many = journals.run(program, many)?;
    let rows = of_few.took.iter().zip(&of_many.took);
    let mut table: Vec<Row> = rows
        .map(|((step, few_took), (_, many_took))| {
            let cpu = |took: &Ended, rows: u64| took.cpu * 1e6 / rows as f64;
            let (ours, theirs) = (cpu(many_took, many), cpu(few_took, few));
            let behind = format!(
                "{ours:.2} µs of a processor a row against {theirs:.2}; {:.1} s against {:.1} s; {} MiB against {} MiB",
                many_took.wall.as_secs_f64(),
                few_took.wall.as_secs_f64(),
                many_took.peak / 1024,
                few_took.peak / 1024,
            );
            row(step, many, few, Figure::times(ours / theirs, &behind))
        })
        .collect();
    if let (Some(ours), Some(theirs)) = (of_many.disk, of_few.disk) {
        let (ours, theirs) = (ours as f64 / many as f64, theirs as f64 / few as f64);
        let behind = format!("{ours:.0} bytes a row against {theirs:.0}");
        table.push(row(
            "the journal's size",
            many,
            few,
            Figure::times(ours / theirs, &behind),
        ));
    }
    Ok(table)
}

fn row(step: &str, many: u64, few: u64, figure: Figure) -> Row {
    let what = format!("{many} rows, {step}");
    Row::new(
        &what,
        &format!("{few} rows"),
        figure,
        Target::AtMost(1.2, "×"),
    )
}

/// Where the journals are.
enum Journals<'a> {
    /// Beside the inputs.
    Files,
    /// In this database.
    Database(&'a str),
}

struct Run {
    /// What each step took, in their order.
    took: Vec<(&'static str, Ended)>,
    /// In bytes, after everything was imported.
    disk: Option<u64>,
}

impl Journals<'_> {
    fn run(&self, program: &Path, rows: u64) -> Outcome<Run> {
        let server = Peer::start(Kind::Sample)?;
        let directory = process::directory()?;
        let file = directory.path().join("rows.jsonl");
        sample::write_rows(rows, BufWriter::new(File::create(&file)?))?;
        let beside = |name: &str| directory.path().join(name);
        let origin = server.origin();
        let name = format!("size-{rows}-{}", std::process::id());
        let mut took = Vec::new();
        let mut run = |step, command: Command| {
            eprintln!("  {rows} rows: {step} …");
            let ended = process::run(command)?;
            took.push((step, ended));
            Outcome::Ok(())
        };

        let mut check = Command::new(program);
        check.arg("check").arg(&file).args(["--output", "json"]);
        run("check", check)?;
        let import = || {
            let mut import = program::import(program, &file, &origin, 0);
            if let Self::Database(url) = self {
                import.args(["--journal", url, "--run", &name]);
            }
            import
        };
        run("import", import())?;
        let disk = match self {
            Self::Files => Some(size_of(&beside("rows.jsonl.journal"))?),
            Self::Database(_) => None,
        };
        run("resume, nothing left to do", import())?;
        let of_journal = |verb: &str| {
            let mut command = Command::new(program);
            command.arg(verb);
            match self {
                Self::Files => command.arg(beside("rows.jsonl.journal")),
                Self::Database(url) => command.args([*url, "--run", &name]),
            };
            command
        };
        let report = || {
            let mut report = of_journal("report");
            report.args(["--output", "json"]);
            report
        };
        run("report", report())?;
        let mut every_row = report();
        every_row.arg("--rows").arg(beside("outcomes.csv"));
        run("report of every row", every_row)?;
        let mut page = report();
        page.arg("--html").arg(beside("page.html"));
        run("page", page)?;
        let mut verify = of_journal("verify");
        program::calling(&mut verify, &origin, 0);
        run("verify", verify)?;
        let mut undo = of_journal("undo");
        program::calling(&mut undo, &origin, 0);
        undo.arg("--yes");
        run("undo", undo)?;
        Ok(Run { took, disk })
    }
}

/// Of a journal and of what lies beside it under its name.
fn size_of(journal: &Path) -> Outcome<u64> {
    let mut bytes = fs::metadata(journal)?.len();
    for suffix in ["-wal", "-shm"] {
        let mut beside = journal.as_os_str().to_owned();
        beside.push(suffix);
        bytes += fs::metadata(PathBuf::from(beside)).map_or(0, |file| file.len());
    }
    Ok(bytes)
}
