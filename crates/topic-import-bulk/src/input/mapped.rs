//! Mappings while rows are read.

use jaq_json::Val;
use serde_json::Value;
use topic_import_core::Field;

use crate::input::draft::Draft;
use crate::input::format::answer::failure;
use crate::input::left_out::LeftOutReason;
use crate::input::mapping::{Expression, Mapping};
use crate::input::problem::{Problem, ProblemRule, excerpt};
use crate::input::settings::RowSettings;

/// Mappings while rows are read: those that never found anything are wrong, and so is a condition that no row meets.
#[derive(Debug, Default)]
pub(crate) struct Mapped {
    fields: Vec<MappedField>,
    condition: Option<Condition>,
    has_rows: bool,
    /// What the first row says of a failure, as long as it may be an answer and no row.
    failure: Option<String>,
}

#[derive(Debug)]
struct MappedField {
    mapping: Mapping,
    /// A column of a table is meant.
    is_column: bool,
    is_found: bool,
}

#[derive(Debug)]
struct Condition {
    expression: Expression,
    is_met: bool,
}

impl Mapped {
    pub(crate) fn new(settings: &RowSettings) -> Self {
        let fields = settings.mappings.0.iter().map(|mapping| MappedField {
            mapping: mapping.clone(),
            is_column: false,
            is_found: false,
        });
        let condition = settings.condition.as_ref().map(|expression| Condition {
            expression: expression.clone(),
            is_met: false,
        });
        Self {
            fields: fields.collect(),
            condition,
            has_rows: false,
            failure: None,
        }
    }

    /// Rows hold nothing but fields of the API.
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.condition.is_none()
    }

    pub(crate) fn has(&self, field: Field) -> bool {
        self.fields
            .iter()
            .any(|mapped| mapped.mapping.field == field)
    }

    /// Whether there is more to do for a row of a table than its columns say.
    pub(crate) fn needs_row(&self) -> bool {
        self.condition.is_some() || self.fields.iter().any(|mapped| !mapped.is_column)
    }

    /// Leaves the row out where it does not meet the condition; sets every field that is mapped from it. `clean` makes
    /// plain text of a row's.
    pub(crate) fn apply(&mut self, draft: &mut Draft, row: &Val, clean: fn(&str) -> String) {
        if !self.has_rows {
            self.failure = failure(row);
        }
        if let Some(condition) = &mut self.condition {
            match condition.expression.filter.first(row.clone()) {
                Ok(Some(Val::Null | Val::Bool(false)) | None) => {
                    self.has_rows = true;
                    draft.left_out.push(LeftOutReason::Filtered);
                    return;
                }
                Ok(Some(_)) => condition.is_met = true,
                Err(what) => {
                    condition.is_met = true;
                    let problem = failed(draft.line, None, &condition.expression, &what);
                    draft.problems.push(problem);
                }
            }
        }
        self.has_rows = true;
        for mapped in &mut self.fields {
            if !mapped.is_column {
                mapped.apply(draft, row, clean);
            }
        }
    }

    /// The fields whose expressions make something else of the one row than of the other.
    pub(crate) fn differing(&self, row: &Val, other: &Val) -> Vec<Field> {
        let fields = self.fields.iter().filter(|mapped| !mapped.is_column);
        let differing = fields.filter(|mapped| {
            let filter = &mapped.mapping.expression.filter;
            let made = |row: &Val| filter.run(Vec::new(), row.clone()).collect::<Vec<_>>();
            made(row) != made(other)
        });
        differing.map(|mapped| mapped.mapping.field).collect()
    }

    /// A table begins, with a header of its own.
    pub(crate) fn begin_table(&mut self) {
        for mapped in &mut self.fields {
            mapped.is_column = false;
        }
    }

    /// Whether a column of this name is mapped to anything.
    pub(crate) fn has_column(&self, name: &str) -> bool {
        let mut fields = self.fields.iter();
        fields.any(|mapped| mapped.mapping.expression.is_column(name))
    }

    /// The fields that a column of a table is mapped to.
    pub(crate) fn fields_of_column(&mut self, name: &str) -> Vec<Field> {
        self.has_rows = true;
        let mut fields = Vec::new();
        for mapped in &mut self.fields {
            if mapped.mapping.expression.is_column(name) {
                mapped.is_column = true;
                mapped.is_found = true;
                fields.push(mapped.mapping.field);
            }
        }
        fields
    }

    /// A problem for every mapping that found nothing in any row, and for a condition that none has met.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        if !self.has_rows {
            return Vec::new();
        }
        let unmet = self.condition.iter().filter(|condition| !condition.is_met);
        let unmet = unmet.map(|Condition { expression, .. }| {
            let message = format!("`{expression}` is true of no row: correct the expression");
            whole_input(None, ProblemRule::Expression, expression, message)
        });
        if self
            .condition
            .as_ref()
            .is_some_and(|condition| !condition.is_met)
        {
            return unmet.collect();
        }
        let unmatched = self.fields.iter().filter(|mapped| !mapped.is_found);
        unmatched
            .map(|mapped| {
                let Mapping {
                    field, expression, ..
                } = &mapped.mapping;
                let says = match &self.failure {
                    Some(words) => format!("; the first one says {words}"),
                    None => String::new(),
                };
                let message =
                    format!("no row has anything at `{expression}`{says}: correct the path");
                whole_input(Some(*field), ProblemRule::UnknownField, expression, message)
            })
            .collect()
    }
}

impl MappedField {
    fn apply(&mut self, draft: &mut Draft, row: &Val, clean: fn(&str) -> String) {
        let Mapping {
            field,
            expression,
            is_there,
        } = &self.mapping;
        let mut made = expression.filter.run(Vec::new(), row.clone());
        let value = match made.next() {
            Some(Ok(value)) => value,
            None => Val::Null,
            Some(Err(what)) => {
                let problem = failed(draft.line, Some(*field), expression, &what);
                draft.clear(*field);
                draft.problems.push(problem);
                return;
            }
        };
        let is_one = made.next().is_none();
        drop(made);
        if matches!(value, Val::Null) && !self.is_found {
            let is_there = is_there.as_ref().map(|filter| filter.first(row.clone()));
            self.is_found = matches!(is_there, Some(Ok(Some(Val::Bool(true)))));
        } else {
            self.is_found = true;
        }
        if is_one {
            draft.take_value(*field, &expression.to_string(), &value, clean);
        } else {
            let what = "gives several values, where one is wanted";
            let problem = failed(draft.line, Some(*field), expression, what);
            draft.clear(*field);
            draft.problems.push(problem);
        }
    }
}

fn failed(line: u64, field: Option<Field>, expression: &Expression, what: &str) -> Problem {
    Problem {
        line,
        field: field.map(|field| field.name().into()),
        ..whole_input(
            None,
            ProblemRule::Expression,
            expression,
            format!("`{expression}`: {what}"),
        )
    }
}

fn whole_input(
    field: Option<Field>,
    rule: ProblemRule,
    expression: &Expression,
    message: String,
) -> Problem {
    Problem {
        line: 1,
        element: None,
        field: field.map(|field| field.name().into()),
        rule,
        limit: Value::Null,
        found: excerpt(&expression.to_string()).into(),
        message: message.into(),
    }
}
