//! Values as the database keeps them.

use std::borrow::Cow;

use crate::outcome::Outcome;
use crate::request::Kind;

/// A text without what PostgreSQL cannot keep in one: NUL.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}

/// The outcome of a state's name. One that a later version made up would be one that nobody knows.
pub(super) fn outcome(name: &str) -> Outcome {
    Outcome::from_name(name).unwrap_or(Outcome::Unknown)
}

/// The kind of this name.
pub(super) fn kind(name: &str) -> Kind {
    if name == Kind::Community.name() {
        Kind::Community
    } else {
        Kind::Topic
    }
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
