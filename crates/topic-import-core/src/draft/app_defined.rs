//! A key of the app's own data with its value, as it was written down.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::check::Check;
use crate::field::{AppDefinedData, AppDefinedEntry, AppDefinedKey, AppDefinedValue};
use crate::limits::Field;
use crate::violation::Violations;

/// An entry of `AppDefinedData`, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct DraftAppDefined {
    /// `Key`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// `Value`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl DraftAppDefined {
    /// An entry with its two fields.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: Some(key.into()),
            value: Some(value.into()),
        }
    }

    fn validate(self) -> Result<AppDefinedEntry, Violations> {
        let mut check = Check::default();
        let key = check.required(Field::AppDefinedKey, self.key, AppDefinedKey::parse);
        let value = check.required(Field::AppDefinedValue, self.value, AppDefinedValue::parse);
        let entry = key
            .zip(value)
            .map(|(key, value)| AppDefinedEntry { key, value });
        check.finish(entry)
    }
}

/// Checks every entry, how many there are, and that no key occurs twice.
pub(super) fn validate(entries: Vec<DraftAppDefined>) -> Result<AppDefinedData, Violations> {
    let mut check = Check::default();
    check.optional(Some(entries.len()), AppDefinedData::check_len);
    let entries: Vec<AppDefinedEntry> = entries
        .into_iter()
        .filter_map(|entry| check.optional(Some(entry), DraftAppDefined::validate))
        .collect();
    check.optional(Some(&entries[..]), AppDefinedData::check_keys);
    check.finish(Some(AppDefinedData::new(entries)))
}
