//! The interface of a store that keeps rows while the input is checked.

use crate::input::InputError;
use crate::input::communities::InputCommunity;
use crate::input::row::InputRow;

/// Keeps the rows of an input as they are read. Once all are read, it corrects those that repeat an earlier row's topic
/// or exceed their community's limit.
pub(crate) trait RowStore {
    type Error: From<InputError>;

    /// Whether the store keeps rows; if not, it is given none.
    const KEEPS_ROWS: bool = true;

    /// Takes rows in the order of the input.
    fn append(&mut self, rows: &[InputRow]) -> Result<(), Self::Error>;

    /// Takes all communities that the run makes itself, after the last row and before any is corrected.
    fn append_communities(&mut self, rows: &[InputCommunity]) -> Result<(), Self::Error> {
        let _ = rows;
        Ok(())
    }

    /// Replaces each row with one of these numbers by what `correct` returns for its number and the stored row.
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
