//! Reads a journal outside of async code.

use std::vec;

use tokio::runtime::Runtime;
use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{
    Journal as _, JournalError, OpenJournal, OpenPages, Order, Pages as _, StoredRow,
};

use super::heeding::heeding;

/// Reads a journal outside of async code, and says on standard error if it has to wait for it.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) journal: &'a OpenJournal,
    pub(crate) runtime: &'a Runtime,
}

impl<'a> Reader<'a> {
    /// What this reading gives.
    pub(crate) fn wait<T>(self, reading: impl Future<Output = T>) -> T {
        self.runtime.block_on(heeding(self.journal, reading))
    }

    /// The rows with one of these outcomes, in the order of the input.
    pub(crate) fn rows(self, outcomes: &[Outcome]) -> Result<Rows<'a>, JournalError> {
        Ok(Rows {
            reader: self,
            pages: self.wait(self.journal.rows(outcomes, Order::Input))?,
            page: Vec::new().into_iter(),
        })
    }
}

/// Rows of a journal. Only one page of them is in memory.
pub(crate) struct Rows<'a> {
    reader: Reader<'a>,
    pages: OpenPages,
    page: vec::IntoIter<StoredRow>,
}

impl Iterator for Rows<'_> {
    type Item = Result<StoredRow, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.as_slice().is_empty() {
            match self.reader.wait(self.pages.next_page()) {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
        self.page.next().map(Ok)
    }
}
