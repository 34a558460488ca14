//! Counts of the program `allocations`, which stands beside this one.

use std::process::Command;

use crate::Outcome;

/// This project's count of this name, and the count by hand.
pub(crate) fn count(name: &str) -> Outcome<(f64, f64)> {
    let program = std::env::current_exe()?.with_file_name("allocations");
    let output = Command::new(program).output()?;
    let text = String::from_utf8(output.stdout)?;
    let counts = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.trim().split_once(' '));
    let (ours, theirs) = counts.ok_or_else(|| format!("allocations: no count of {name}"))?;
    Ok((ours.parse()?, theirs.parse()?))
}
