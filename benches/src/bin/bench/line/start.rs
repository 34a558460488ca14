//! Starting the program, and starting one that does nothing.

use std::process::{Command, Stdio};

use crate::Outcome;
use crate::clock::took;
use crate::comparison::{Comparison, rounds};
use crate::effort::Effort;
use crate::table::{Figure, Row, Target};

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let figure = match &effort.program {
        None => Figure::Missing("no program"),
        Some(program) => {
            let empty = std::env::current_exe()?.with_file_name("empty");
            let count = effort.of(100);
            let pairs = rounds(
                effort.rounds,
                || milliseconds(count, Command::new(program).arg("-V")),
                || milliseconds(count, &mut Command::new(&empty)),
            )?;
            Comparison::of(&pairs).in_milliseconds()
        }
    };
    Ok(vec![Row::new(
        "`topic-import -V`, start to end",
        "an empty program",
        figure,
        Target::AtMost(1.75, "×"),
    )])
}

fn milliseconds(count: u64, command: &mut Command) -> Outcome<f64> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let took = took(|| {
        for _ in 0..count {
            if !command.status()?.success() {
                return Err("a program failed".into());
            }
        }
        Outcome::Ok(())
    })?;
    Ok(took.wall.as_secs_f64() * 1e3 / count as f64)
}
