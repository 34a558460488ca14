//! An account as it was written down.

use alloc::string::String;
use core::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::field::{FromAccount, UserId};
use crate::violation::Violations;

/// `From_Account` as it was written: a number stays a number, text stays text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[allow(
    clippy::exhaustive_enums,
    reason = "JSON has no other type that could be an account"
)]
pub enum DraftAccount {
    /// An unsigned integer.
    Number(u64),
    /// A text, which must be a valid [`UserId`].
    Text(String),
}

impl From<u64> for DraftAccount {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<String> for DraftAccount {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for DraftAccount {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl<'de> Deserialize<'de> for DraftAccount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Account;

        impl Visitor<'_> for Account {
            type Value = DraftAccount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an account: text, or a number from 0 to 18446744073709551615")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<DraftAccount, E> {
                Ok(DraftAccount::Number(number))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<DraftAccount, E> {
                Ok(text.into())
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<DraftAccount, E> {
                Ok(text.into())
            }
        }

        deserializer.deserialize_any(Account)
    }
}

impl DraftAccount {
    pub(super) fn validate(self) -> Result<FromAccount, Violations> {
        match self {
            Self::Number(number) => Ok(FromAccount::Number(number)),
            Self::Text(text) => UserId::parse(text).map(FromAccount::Text),
        }
    }
}
