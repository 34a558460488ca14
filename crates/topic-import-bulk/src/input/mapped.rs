//! Mappings while rows are read.

use serde_json::Value;
use topic_import_core::Field;

use crate::input::draft::Draft;
use crate::input::mapping::{Mapping, Mappings};
use crate::input::problem::{Problem, ProblemRule};

/// Mappings while rows are read: those that never found anything are wrong.
#[derive(Debug)]
pub(crate) struct Mapped {
    mappings: Vec<(Mapping, bool)>,
    has_rows: bool,
}

impl Mapped {
    pub(crate) fn new(mappings: &Mappings) -> Self {
        let mappings = mappings.0.iter().map(|mapping| (mapping.clone(), false));
        Self {
            mappings: mappings.collect(),
            has_rows: false,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.mappings.is_empty()
    }

    pub(crate) fn has(&self, field: Field) -> bool {
        self.mappings
            .iter()
            .any(|(mapping, _)| mapping.field == field)
    }

    /// Sets every field that is mapped from a row. `clean` makes plain text of a row's.
    pub(crate) fn apply(&mut self, draft: &mut Draft, row: &Value, clean: fn(&str) -> String) {
        self.has_rows = true;
        for (mapping, is_found) in &mut self.mappings {
            let Some(value) = mapping.path.find(row) else {
                continue;
            };
            *is_found = true;
            draft.take(mapping.field, &mapping.path.0, value, clean);
        }
    }

    /// Whether a column of this name is mapped to anything.
    pub(crate) fn has_column(&self, name: &str) -> bool {
        self.mappings
            .iter()
            .any(|(mapping, _)| mapping.path.is_column(name))
    }

    /// The fields that a column of CSV is mapped to.
    pub(crate) fn fields_of_column(&mut self, name: &str) -> Vec<Field> {
        self.has_rows = true;
        let mut fields = Vec::new();
        for (mapping, is_found) in &mut self.mappings {
            if mapping.path.is_column(name) {
                *is_found = true;
                fields.push(mapping.field);
            }
        }
        fields
    }

    /// A problem for every mapping that found nothing in any row.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        if !self.has_rows {
            return Vec::new();
        }
        let unmatched = self.mappings.iter().filter(|(_, is_found)| !is_found);
        unmatched
            .map(|(Mapping { field, path }, _)| Problem {
                line: 1,
                element: None,
                field: Some(field.name().into()),
                rule: ProblemRule::UnknownField,
                limit: Value::Null,
                found: path.0.as_str().into(),
                message: format!("nothing in any row is at `{path}`: correct the path").into(),
            })
            .collect()
    }
}
