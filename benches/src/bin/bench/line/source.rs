//! Reading another system's export, and only parsing it.

use std::fs::File;
use std::hint::black_box;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use serde_json::Value;
use topic_import_benches::sample;
use topic_import_bulk::input::{Export, Format, Input, RowSettings};

use crate::Outcome;
use crate::clock::took;
use crate::comparison::{Comparison, rounds};
use crate::effort::Effort;
use crate::process;
use crate::table::{Row, Target};

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let channels = effort.of(100_000);
    let directory = process::directory()?;
    let file = directory.path().join("channels.json");
    sample::write_channels(channels, BufWriter::new(File::create(&file)?))?;
    let slack = Export::named("slack").ok_or("there is no source for Slack")?;
    let mut settings = RowSettings::default();
    settings.group_id = Some("@TGS#_riverside".parse()?);
    let input = Input::file(&file, Format::Export(slack), settings);
    let pairs = rounds(
        effort.rounds,
        || took(|| read(&input, channels)),
        || took(|| parse(&file)),
    )?;
    let rate = |took: &crate::clock::Took| channels as f64 / took.cpu.as_secs_f64();
    let rates: Vec<_> = pairs
        .iter()
        .map(|(ours, theirs)| (rate(ours), rate(theirs)))
        .collect();
    Ok(vec![Row::new(
        "reading an export of Slack: channels/s of CPU time",
        "`serde_json` alone, into a `Value`",
        Comparison::of(&rates).in_numbers(),
        Target::None,
    )])
}

/// Every row must be sound, so that nothing but reading is measured.
fn read(input: &Input, channels: u64) -> Outcome<()> {
    let mut sound = 0;
    input.each_row(|row| sound += u64::from(row.topic.is_ok()))?;
    if sound == channels {
        Ok(())
    } else {
        Err(format!("{sound} of {channels} channels were read").into())
    }
}

fn parse(file: &Path) -> Outcome<()> {
    let file = BufReader::with_capacity(64 * 1024, File::open(file)?);
    black_box(serde_json::from_reader::<_, Value>(file)?);
    Ok(())
}
