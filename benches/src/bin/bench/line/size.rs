//! Everything that the program does with a run, for many rows and for a tenth of them: what a row takes must not grow
//! with how many there are.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;

use topic_import_benches::sample;
use topic_import_test_postgres::Server;

use super::{database, program};
use crate::Outcome;
use crate::effort::Effort;
use crate::peer::Peer;
use crate::process::{self, Ended};
use crate::server::Kind;
use crate::table::{Figure, Row, Target};

const RESUME: &str = "resume, nothing left to do";
/// A query for the bytes that all tables take, with their indexes.
const SIZE_OF_TABLES: &str = "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables";

/// With the journal in a file.
pub(crate) fn in_file(effort: &Effort) -> Outcome<Vec<Row>> {
    measure(&Journal::File, effort)
}

/// With the journal in PostgreSQL.
pub(crate) fn in_postgres(effort: &Effort) -> Outcome<Vec<Row>> {
    measure(&Journal::Database(&database::start()), effort)
}

fn measure(journal: &Journal<'_>, effort: &Effort) -> Outcome<Vec<Row>> {
    let many = effort.of(effort.large);
    let few = many / 10;
    let Some(program) = &effort.program else {
        let what = format!("{many} rows");
        let missing = Figure::Missing("no program");
        return Ok(vec![Row::new(&what, "a tenth", missing, Target::None)]);
    };
    let of_few = journal.run(program, few)?;
    let of_many = journal.run(program, many)?;
    let row = |step: &str, figure| {
        Row::new(
            &format!("{many} rows, journal in {}: {step}", journal.place()),
            &format!("{few} rows"),
            figure,
            Target::AtMost(1.2, "×"),
        )
    };
    let steps = of_few.took.iter().zip(&of_many.took);
    let mut table: Vec<Row> = steps
        .map(|(few_took, many_took)| {
            let cpu = |took: &Step, rows: u64| took.cpu() * 1e6 / rows as f64;
            let (ours, theirs) = (cpu(many_took, many), cpu(few_took, few));
            let behind = format!(
                "{ours:.2} µs of a processor a row against {theirs:.2}; {:.1} s against {:.1} s; {} MiB against {} MiB",
                many_took.ended.wall.as_secs_f64(),
                few_took.ended.wall.as_secs_f64(),
                many_took.ended.peak / 1024,
                few_took.ended.peak / 1024,
            );
            row(many_took.name, Figure::times(ours / theirs, &behind))
        })
        .collect();
    let (ours, theirs) = (
        of_many.disk as f64 / many as f64,
        of_few.disk as f64 / few as f64,
    );
    let behind = format!("{ours:.0} bytes a row against {theirs:.0}");
    table.push(row("its size", Figure::times(ours / theirs, &behind)));
    let resumed = of_many.took.iter().find(|step| step.name == RESUME);
    if let (Journal::File, Some(resumed)) = (journal, resumed) {
        let peak = of_many.took.iter().map(|step| step.ended.peak).max();
        let peak = peak.unwrap_or(0) as f64 / 1024.0;
        let seconds = resumed.ended.wall.as_secs_f64() / many as f64 * 1e6;
        table.extend([
            Row::new(
                &format!("{many} rows, journal in a file: the most memory that any of this takes"),
                "–",
                Figure::Measured(peak, format!("{peak:.1} MiB")),
                Target::AtMost(48.0, " MiB"),
            ),
            Row::new(
                &format!("{many} rows, journal in a file: {RESUME}, for a million rows"),
                "–",
                Figure::Measured(seconds, format!("{seconds:.2} s")),
                Target::AtMost(1.0, " s"),
            ),
        ]);
    }
    Ok(table)
}

/// Where a journal is.
enum Journal<'a> {
    /// Beside the input.
    File,
    /// In a database of this server.
    Database(&'a Server),
}

/// What the program did, and what it took.
struct Step {
    name: &'static str,
    ended: Ended,
    /// Processor time of the database's server, in seconds.
    server: f64,
}

impl Step {
    fn cpu(&self) -> f64 {
        self.ended.cpu + self.server
    }
}

struct Run {
    /// The steps, in the order in which they were taken.
    took: Vec<Step>,
    /// Of the journal, in bytes, after everything was imported.
    disk: u64,
}

impl Journal<'_> {
    fn place(&self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Database(_) => "PostgreSQL",
        }
    }

    /// Processor time of the database's server so far, in seconds.
    fn cpu_of_server(&self) -> Outcome<f64> {
        match self {
            Self::File => Ok(0.0),
            Self::Database(server) => process::cpu_of_family(server.process()),
        }
    }

    fn run(&self, program: &Path, rows: u64) -> Outcome<Run> {
        let service = Peer::start(Kind::Sample)?;
        let directory = process::directory()?;
        let file = directory.path().join("rows.jsonl");
        sample::write_rows(rows, BufWriter::new(File::create(&file)?))?;
        let beside = |name: &str| directory.path().join(name);
        let origin = service.origin();
        let database = match self {
            Self::File => None,
            Self::Database(server) => Some(server.database()),
        };
        let mut took = Vec::new();
        let mut run = |name, command: Command| {
            eprintln!("  {rows} rows, journal in {}: {name} …", self.place());
            let server = self.cpu_of_server()?;
            let ended = process::run(command)?;
            let server = self.cpu_of_server()? - server;
            took.push(Step {
                name,
                ended,
                server,
            });
            Outcome::Ok(())
        };

        if let Self::File = self {
            let mut check = Command::new(program);
            check.arg("check").arg(&file).args(["--output", "json"]);
            run("check", check)?;
        }
        let import = || {
            let mut import = program::import(program, &file, &origin, 0);
            if let Some(database) = &database {
                import.args(["--journal", &database.socket_url()]);
            }
            import
        };
        run("import", import())?;
        let disk = match &database {
            None => size_of(&beside("rows.jsonl.journal"))?,
            Some(database) => database.sql(SIZE_OF_TABLES).parse()?,
        };
        run(RESUME, import())?;
        let of_journal = |verb: &str| {
            let mut command = Command::new(program);
            command.arg(verb);
            match &database {
                None => command.arg(beside("rows.jsonl.journal")),
                Some(database) => command.arg(database.socket_url()),
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
