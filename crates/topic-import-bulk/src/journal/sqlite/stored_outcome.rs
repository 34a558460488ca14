use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};

use crate::outcome::Outcome;

/// An outcome, stored by its name.
pub(super) struct StoredOutcome(pub(super) Outcome);

impl FromSql for StoredOutcome {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let outcome = Outcome::from_name(value.as_str()?);
        outcome.map(Self).ok_or(FromSqlError::InvalidType)
    }
}
