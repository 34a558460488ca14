//! Where rows are kept while the input is checked.

use crate::input::InputError;
use crate::input::communities::InputCommunity;
use crate::input::row::InputRow;

/// Keeps the rows of an input as they are read, and corrects those that turn out not to be the first of their topic once
/// all are read.
pub(crate) trait RowStore {
    type Error: From<InputError>;

    /// Whether it keeps anything: otherwise it gets no rows.
    const KEEPS_ROWS: bool = true;

    /// Takes rows in the order of the input.
    fn append(&mut self, rows: &[InputRow]) -> Result<(), Self::Error>;

    /// Takes all communities that the run makes itself, after the last row.
    fn append_communities(&mut self, rows: &[InputCommunity]) -> Result<(), Self::Error> {
        let _ = rows;
        Ok(())
    }

    /// Puts in the place of each of these rows what `correct` makes of its number and of what it was so far.
    fn correct(
        &mut self,
        numbers: &[u64],
        correct: &mut dyn FnMut(u64, InputRow) -> InputRow,
    ) -> Result<(), Self::Error>;
}

/// Keeps nothing.
pub(crate) struct Nowhere;

impl RowStore for Nowhere {
    type Error = InputError;
    const KEEPS_ROWS: bool = false;

    fn append(&mut self, _: &[InputRow]) -> Result<(), InputError> {
        Ok(())
    }

    fn correct(
        &mut self,
        _: &[u64],
        _: &mut dyn FnMut(u64, InputRow) -> InputRow,
    ) -> Result<(), InputError> {
        Ok(())
    }
}
