//! Values as the database stores them.

use std::borrow::Cow;

use crate::outcome::Outcome;
use crate::request::Kind;

/// Replaces NUL, which PostgreSQL cannot store in a text.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}

/// The outcome with this name. A name that this version does not know counts as [`Outcome::Unknown`].
pub(super) fn outcome(name: &str) -> Outcome {
    Outcome::from_name(name).unwrap_or(Outcome::Unknown)
}

/// The kind with this name.
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
