//! What every journal promises, whatever keeps it. Each promise is a function of the [`Kept`] that it is asked of, and
//! becomes a test for each kind of journal in a file of that kind.

mod claims;
mod kept;
mod model;
mod rows;
mod sqlite;
mod totals;
