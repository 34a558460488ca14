//! From an input to a journal.

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

/// A journal with the rows of an input that was checked. It does not count before its loading is finished.
#[derive(Debug)]
pub struct Loaded<L> {
    report: CheckReport,
    loading: L,
}

/// Checks an input while it is read, and loads every row into a new journal, in which invalid rows are rejected. Each row is
/// shown to `see` as soon as it is read, before later rows can make it invalid. Memory does not grow with the input.
///
/// It blocks, as [`Loading`] does. Where it fails, nothing is left of the journal.
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

    /// The loading, to be finished; `None`, and nothing is left of the journal, where what every row depends on is
    /// invalid: the header of a CSV input, a document, or a mapping.
    pub fn into_loading(self) -> Option<L> {
        if self.report.is_unreliable() {
            self.loading.discard();
            return None;
        }
        Some(self.loading)
    }

    /// Gives the journal up, and leaves nothing of it behind.
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
