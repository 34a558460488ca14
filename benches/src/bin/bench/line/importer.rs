//! The program at the service's quota, against an emulator that takes as long as the service.

use std::fs::File;
use std::io::BufWriter;

use topic_import_benches::sample;

use super::program;
use crate::Outcome;
use crate::effort::Effort;
use crate::peer::Peer;
use crate::process;
use crate::server::Kind;
use crate::table::{Figure, Row, Target};

const QUOTA: f64 = 200.0;
const WHAT: &str = "importer at 200/s, latency 50 ms";

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let (rate, cpu) = match &effort.program {
        None => (Figure::Missing("no program"), Figure::Missing("no program")),
        Some(path) => {
            let server = Peer::start(Kind::Slow)?;
            let rows = effort.of(6_000);
            let directory = process::directory()?;
            let file = directory.path().join("rows.jsonl");
            sample::write_rows(rows, BufWriter::new(File::create(&file)?))?;
            let ended = process::run(program::import(path, &file, &server.origin(), 200))?;
            let seconds = program::seconds(&ended)?;
            let rate = rows as f64 / seconds / QUOTA * 100.0;
            let cpu = ended.cpu / ended.wall.as_secs_f64() * 100.0;
            (
                Figure::Measured(rate, format!("{rate:.1}% ({rows} rows in {seconds:.1} s)")),
                Figure::Measured(cpu, format!("{cpu:.1}%")),
            )
        }
    };
    Ok(vec![
        Row::new(
            &format!("{WHAT}: share of the quota"),
            "–",
            rate,
            Target::AtLeast(98.0, "%"),
        ),
        Row::new(
            &format!("{WHAT}: share of a core"),
            "–",
            cpu,
            Target::AtMost(5.0, "%"),
        ),
    ])
}
