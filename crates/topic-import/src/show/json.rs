//! JSON that is collected before it is printed, and that may be larger than the memory.

use std::io::{self, BufWriter, Seek as _, Write};

use serde::Serialize;
use tempfile::SpooledTempFile;

use crate::exit::CannotStart;
use crate::show::text;

/// If there are more bytes than this, they are kept in a temporary file.
const MOST_IN_MEMORY: usize = 1024 * 1024;

/// The values of an array. If there are many, they are kept in a temporary file.
pub(crate) struct JsonList {
    values: BufWriter<SpooledTempFile>,
    is_empty: bool,
    /// The first error in keeping a value.
    failed: io::Result<()>,
}

impl JsonList {
    pub(crate) fn new() -> Self {
        Self {
            values: BufWriter::new(SpooledTempFile::new(MOST_IN_MEMORY)),
            is_empty: true,
            failed: Ok(()),
        }
    }

    /// Adds a value. If it cannot be kept, [`finish`](Self::finish) returns the error.
    pub(crate) fn push(&mut self, value: &impl Serialize) {
        if self.failed.is_ok() {
            self.failed = self.try_push(value);
        }
    }

    fn try_push(&mut self, value: &impl Serialize) -> io::Result<()> {
        if !self.is_empty {
            self.values.write_all(b",")?;
        }
        self.is_empty = false;
        Ok(serde_json::to_writer(&mut self.values, value)?)
    }

    /// Completes the array for printing.
    pub(crate) fn finish(self) -> Result<JsonArray, CannotStart> {
        let cannot = |error| CannotStart::new(format!("cannot use a temporary file: {error}"));
        self.failed.map_err(cannot)?;
        let mut values = self
            .values
            .into_inner()
            .map_err(|error| cannot(error.into_error()))?;
        values.rewind().map_err(cannot)?;
        Ok(JsonArray { values })
    }
}

/// A complete array.
pub(crate) struct JsonArray {
    values: SpooledTempFile,
}

impl JsonArray {
    pub(crate) fn print(mut self, to: &mut impl Write) -> io::Result<()> {
        to.write_all(b"[")?;
        io::copy(&mut self.values, to)?;
        to.write_all(b"]")
    }
}

/// A member of a JSON object.
pub(crate) enum Member {
    Number(u64),
    Array(JsonArray),
    Object(Vec<(&'static str, Member)>),
}

impl Member {
    fn print(self, to: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Number(number) => write!(to, "{number}"),
            Self::Array(array) => array.print(to),
            Self::Object(members) => print_members(members, to),
        }
    }
}

/// Prints a JSON object on one line.
pub(crate) fn print_object(
    members: impl IntoIterator<Item = (&'static str, Member)>,
) -> Result<(), CannotStart> {
    match try_print(members) {
        // The reader of the pipe wants no more.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CannotStart::new(format!(
            "cannot write to standard output: {}",
            text::io_error(&error)
        ))),
        _ => Ok(()),
    }
}

fn try_print(members: impl IntoIterator<Item = (&'static str, Member)>) -> io::Result<()> {
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    print_members(members, &mut stdout)?;
    writeln!(stdout)?;
    stdout.flush()
}

fn print_members<W: Write>(
    members: impl IntoIterator<Item = (&'static str, Member)>,
    to: &mut W,
) -> io::Result<()> {
    write!(to, "{{")?;
    let mut before = "";
    for (name, member) in members {
        write!(to, "{before}\"{name}\":")?;
        member.print(to)?;
        before = ",";
    }
    write!(to, "}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(list: JsonList) -> String {
        let mut text = Vec::new();
        list.finish().unwrap().print(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn values_are_printed_in_their_order() {
        let mut list = JsonList::new();
        assert_eq!(printed(JsonList::new()), "[]");
        list.push(&"a\"水");
        list.push(&Some(7));
        assert_eq!(printed(list), r#"["a\"水",7]"#);
    }

    #[test]
    fn more_values_than_stay_in_memory_are_all_printed() {
        let mut list = JsonList::new();
        for number in 0..300_000 {
            list.push(&number);
        }
        let printed = printed(list);
        assert!(printed.len() > MOST_IN_MEMORY);
        assert!(printed.starts_with("[0,1,2,") && printed.ends_with(",299999]"));
    }
}
