//! Loads the rows of an input into a new journal.

use crate::check::row_store::RowStore;
use crate::check::{CheckReport, CheckSettings, read};
use crate::input::communities::InputCommunity;
use crate::input::row::InputRow;
use crate::input::{Input, InputError};
use crate::journal::{JournalError, Loading};

/// Why an input could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The input could not be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The journal could not be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A new journal with all rows of a checked input. It cannot be opened until its loading is
/// [finished](Loading::finish).
#[derive(Debug)]
pub struct Loaded<L> {
    report: CheckReport,
    loading: L,
}

/// Checks an input while reading it, and loads every row into a new journal, where invalid rows are stored as rejected.
/// Each row is passed to `see` as soon as it is read; a later row can still make it invalid. Memory does not grow with
/// the number of rows.
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
) -> Result<Loaded<L>, LoadError> {
    let mut store = InJournal(loading);
    match read(input, settings, see, &mut store) {
        Ok(report) => Ok(Loaded {
            report,
            loading: store.0,
        }),
        Err(error) => {
            store.0.discard();
            Err(error)
        }
    }
}

impl<L: Loading> Loaded<L> {
    /// What checking the input found.
    pub const fn report(&self) -> &CheckReport {
        &self.report
    }

    /// The loading, ready to be finished. If something that every row depends on is invalid (the header of a CSV input,
    /// the document as a whole, or a mapping), the journal is removed instead, and the result is `None`.
    pub fn into_loading(self) -> Option<L> {
        if self.report.is_unreliable() {
            self.loading.discard();
            return None;
        }
        Some(self.loading)
    }

    /// Removes the journal, and returns what checking the input found.
    pub fn discard(self) -> CheckReport {
        self.loading.discard();
        self.report
    }
}

struct InJournal<L>(L);

impl<L: Loading> RowStore for InJournal<L> {
    type Error = LoadError;

    fn append(&mut self, rows: &[InputRow]) -> Result<(), LoadError> {
        Ok(self.0.append(rows)?)
    }

    fn append_communities(&mut self, rows: &[InputCommunity]) -> Result<(), LoadError> {
        Ok(self.0.append_communities(rows)?)
    }

    fn correct(
        &mut self,
        numbers: &[u64],
        correct: &mut dyn FnMut(u64, InputRow) -> InputRow,
    ) -> Result<(), LoadError> {
        Ok(self.0.correct(numbers, correct)?)
    }
}
