//! Checking an input, and only parsing its lines.

use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead as _, BufReader, BufWriter};
use std::path::Path;
use std::time::Duration;

use topic_import_benches::by_hand::Topic;
use topic_import_benches::sample;
use topic_import_bulk::check::check;
use topic_import_bulk::input::{Format, Input, RowSettings};

use crate::Outcome;
use crate::clock::{Took, took};
use crate::comparison::{Comparison, rounds};
use crate::effort::Effort;
use crate::process;
use crate::table::{Row, Target};

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let rows = effort.of(200_000);
    let directory = process::directory()?;
    let file = directory.path().join("rows.jsonl");
    sample::write_rows(rows, BufWriter::new(File::create(&file)?))?;
    let input = Input::file(&file, Format::Jsonl, RowSettings::default());
    let pairs = rounds(
        effort.rounds,
        || {
            took(|| match check(&input)?.problems_total {
                0 => Ok(()),
                problems => Err(format!("{problems} problems").into()),
            })
        },
        || took(|| parse(&file)),
    )?;
    let per_second = |of: fn(&Took) -> Duration| {
        let rate = |took| rows as f64 / of(took).as_secs_f64();
        let rates = pairs
            .iter()
            .map(|(ours, theirs)| (rate(ours), rate(theirs)));
        Comparison::of(&rates.collect::<Vec<_>>())
    };
    let row = |what, compared: Comparison, target| {
        let against = "`serde_json` alone, into an equal struct";
        Row::new(what, against, compared.in_numbers(), target)
    };
    Ok(vec![
        row(
            "`check`: rows/s",
            per_second(|took| took.wall),
            Target::AtLeast(0.28, "×"),
        ),
        row(
            "`check`: rows/s of CPU time",
            per_second(|took| took.cpu),
            Target::None,
        ),
    ])
}

fn parse(file: &Path) -> Outcome<()> {
    let mut lines = BufReader::with_capacity(64 * 1024, File::open(file)?);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        black_box(serde_json::from_slice::<Topic>(&line)?);
        line.clear();
    }
    Ok(())
}
