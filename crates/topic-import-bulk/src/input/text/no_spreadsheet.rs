//! In place of spreadsheets, where the feature `spreadsheets` is off.

use std::io::{self, Read};
use std::iter;

use crate::input::text::sheet::Sheet;
use crate::input::text::table::{Record, Table};

/// There are none.
#[derive(Debug)]
pub(crate) enum SheetRecords {}

impl SheetRecords {
    /// # Errors
    /// Always: what is asked for was left out.
    pub(crate) fn read(_: impl Read, _: Option<&str>) -> io::Result<(Self, Sheet)> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "it is a spreadsheet, and this program was built without the feature \"spreadsheets\": save it as CSV",
        ))
    }
}

impl Table for SheetRecords {
    fn next(&mut self) -> io::Result<Option<Record>> {
        match *self {}
    }

    fn cells(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        iter::empty()
    }

    fn read_on(&mut self) -> io::Result<()> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_is_refused_and_it_is_said_why() {
        let error = SheetRecords::read(io::empty(), None).unwrap_err();
        assert!(error.to_string().contains("save it as CSV"), "{error}");
    }
}
