//! `convert`: writes the rows of an input as they would be imported, and sends nothing.

use std::io::{self, BufWriter, Write as _};
use std::num::NonZeroU64;

use topic_import_bulk::{CheckReport, CheckSettings, Input};

use crate::cli::convert::ConvertArguments;
use crate::command::check;
use crate::exit::{CannotStart, Exit};
use crate::open::input;
use crate::show::out;
use crate::show::text;

pub(crate) fn run(arguments: &ConvertArguments) -> Result<Exit, CannotStart> {
    let input = input::open(&arguments.input)?;
    // People spread the rows over communities in the file that is written: no community has too many yet.
    let mut settings = CheckSettings::default();
    settings.topics_per_community = NonZeroU64::MAX;
    let checked = check::check(&input, &arguments.input, settings)?;
    check::note_problems(&checked, &arguments.input);
    match write(&input, &checked) {
        // A reader that has gone away wants no more.
        Err(Failure::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(Failure::Write(error)) => {
            return Err(CannotStart::new(format!(
                "cannot write to standard output: {}",
                text::io_error(&error)
            )));
        }
        Err(Failure::Read(error)) => return Err(error),
        Ok(()) => {}
    }
    if checked.problems_total == 0 {
        return Ok(Exit::Done);
    }
    let CheckReport { rows, invalid, .. } = checked;
    let rows = text::count(rows, "row");
    out::note(&if checked.header_is_bad {
        "topic-import: nothing was written.\nMend what is said above: every row depends on it."
            .into()
    } else {
        format!("topic-import: {invalid} of {rows} invalid; the others were written")
    });
    Ok(Exit::Incomplete)
}

enum Failure {
    Read(CannotStart),
    Write(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

fn write(input: &Input, checked: &CheckReport) -> Result<(), Failure> {
    let cannot_read =
        |error: &dyn std::error::Error| Failure::Read(CannotStart::new(text::chain(error)));
    let mut out = BufWriter::new(io::stdout().lock());
    let rows = input.rows().map_err(|error| cannot_read(&error))?;
    for (number, row) in (1..).zip(rows) {
        let row = row.map_err(|error| cannot_read(&error))?;
        let sound = checked.sound(number, row);
        if let Some(topic) = sound.map_err(|error| cannot_read(&error))? {
            let line =
                serde_json::to_string(&topic).expect("a topic is an object of texts and numbers");
            writeln!(out, "{line}")?;
        }
    }
    Ok(out.flush()?)
}
