//! Loads the rows of an input into a new journal.

use crate::check::row_store::RowStore;
use crate::check::{CheckReport, CheckSettings, read};
use crate::error::Error;
use crate::input::Input;
use crate::input::communities::InputCommunity;
use crate::input::row::InputRow;
use crate::journal::Loading;

/// Checks an input while reading it, and loads every row into a new journal, where invalid rows are stored as rejected.
/// Each row is passed to `see` as soon as it is read; a later row can still make it invalid. Memory does not grow with
/// the number of rows.
///
/// Returns what the check found, and the new journal, which cannot be opened until it is [finished](Loading::finish).
/// There is none if something that every row depends on is invalid: the header of a CSV input, the document as a whole,
/// or a mapping. A journal that is dropped unfinished is made anew the next time.
///
/// This function blocks, as [`Loading`] does. If it fails, the new journal is removed.
///
/// # Errors
/// If the input cannot be read or the journal cannot be written. Invalid rows are not an error.
pub fn load<L: Loading>(
    loading: L,
    input: &Input,
    settings: &CheckSettings,
    see: impl FnMut(&InputRow),
) -> Result<(CheckReport, Option<L>), Error> {
    let mut store = InJournal(loading);
    let report = match read(input, settings, see, &mut store) {
        Ok(report) => report,
        Err(error) => {
            store.0.discard();
            return Err(error);
        }
    };
    if report.is_unreliable() {
        store.0.discard();
        return Ok((report, None));
    }
    Ok((report, Some(store.0)))
}

struct InJournal<L>(L);

impl<L: Loading> RowStore for InJournal<L> {
    type Error = Error;

    fn append(&mut self, rows: &[InputRow]) -> Result<(), Error> {
        Ok(self.0.append(rows)?)
    }

    fn append_communities(&mut self, rows: &[InputCommunity]) -> Result<(), Error> {
        Ok(self.0.append_communities(rows)?)
    }

    fn correct(
        &mut self,
        numbers: &[u64],
        correct: &mut dyn FnMut(u64, InputRow) -> InputRow,
    ) -> Result<(), Error> {
        Ok(self.0.correct(numbers, correct)?)
    }
}
