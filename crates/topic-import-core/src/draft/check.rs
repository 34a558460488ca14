//! The check of one field after another.

use alloc::vec::Vec;

use crate::limits::Field;
use crate::violation::{Found, Rule, Violation, Violations};

/// Parses one field after another and collects the violations.
#[derive(Default)]
pub(super) struct Check {
    violations: Vec<Violation>,
}

impl Check {
    pub(super) fn optional<V, T>(
        &mut self,
        value: Option<V>,
        parse: impl FnOnce(V) -> Result<T, Violations>,
    ) -> Option<T> {
        let parsed = value.map(parse)?;
        parsed.map_err(|broken| self.violations.extend(broken)).ok()
    }

    pub(super) fn required<V, T>(
        &mut self,
        field: Field,
        value: Option<V>,
        parse: impl FnOnce(V) -> Result<T, Violations>,
    ) -> Option<T> {
        if value.is_none() {
            self.violations
                .push(Violation::new(field, Rule::Required, None, Found::Missing));
        }
        self.optional(value, parse)
    }

    /// The request, or all violations. `request` is `None` if a required field of it is not valid.
    pub(super) fn finish<T>(self, request: Option<T>) -> Result<T, Violations> {
        match request {
            Some(request) if self.violations.is_empty() => Ok(request),
            _ => Err(Violations::new(self.violations)),
        }
    }
}
