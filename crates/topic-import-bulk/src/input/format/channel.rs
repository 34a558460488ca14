//! A channel of another chat system's export on its way to be a draft.

use serde_json::Value;
use topic_import_core::Field;

use crate::input::draft::Draft;
use crate::input::field::lenient::{is_true, with_line_feeds};
use crate::input::format::Export;
use crate::input::left_out::LeftOutReason;
use crate::input::mapped::Mapped;
use crate::input::problem::Problem;

/// What a part of an export becomes.
pub(crate) enum Become {
    Topic(Box<Draft>),
    LeftOut(LeftOutReason),
    Nothing,
}

impl Become {
    pub(crate) fn of(draft: Draft, left_out: Option<LeftOutReason>) -> Self {
        left_out.map_or_else(|| Self::Topic(Box::new(draft)), Self::LeftOut)
    }

    pub(crate) fn unreadable(problem: Problem) -> Self {
        Self::Topic(Box::new(Draft::unreadable(problem)))
    }
}

/// A channel of an export on its way to be a draft.
pub(crate) struct Channel<'a> {
    value: &'a Value,
    pub(crate) draft: &'a mut Draft,
    pub(crate) mapped: &'a mut Mapped,
    pub(crate) clean: fn(&str) -> String,
    is_archived_wanted: bool,
}

impl<'a> Channel<'a> {
    pub(crate) fn new(
        value: &'a Value,
        draft: &'a mut Draft,
        mapped: &'a mut Mapped,
        is_archived_wanted: bool,
    ) -> Self {
        draft.is_converted = true;
        Self {
            value,
            draft,
            mapped,
            clean: with_line_feeds,
            is_archived_wanted,
        }
    }

    /// What stands there; null is nothing.
    pub(crate) fn at(&self, names: &[&str]) -> Option<&'a Value> {
        let value = names
            .iter()
            .try_fold(self.value, |value, name| value.get(name));
        value.filter(|value| !value.is_null())
    }

    pub(crate) fn text_at(&self, name: &str) -> Option<&'a str> {
        self.at(&[name]).and_then(Value::as_str)
    }

    pub(crate) fn says(&self, name: &str) -> bool {
        is_true(self.at(&[name]))
    }

    /// Sets a field from what stands there, unless another place is mapped to it.
    pub(crate) fn take(&mut self, field: Field, names: &[&str]) {
        if let Some(value) = self.at(names)
            && !self.mapped.has(field)
        {
            let path = format!(".{}", names.join("."));
            self.draft.take(field, &path, value, self.clean);
        }
    }

    pub(crate) fn take_mapped(&mut self) {
        self.mapped.apply(self.draft, self.value, self.clean);
    }

    /// Keeps in `CustomString` what the channel is identified by where it comes from: compact JSON, the source first.
    pub(crate) fn keep_id(&mut self, export: Export, members: &[(&str, Option<&Value>)]) {
        if self.mapped.has(Field::CustomString) || members.iter().all(|(_, value)| value.is_none())
        {
            return;
        }
        let mut json = format!("{{\"source\":\"{}\"", export.name());
        for (name, value) in members {
            if let Some(value) = value {
                json = format!("{json},\"{name}\":{value}");
            }
        }
        json.push('}');
        self.draft.topic.custom_string = Some(json);
    }

    pub(crate) fn archived(&self, is_archived: bool) -> Option<LeftOutReason> {
        (is_archived && !self.is_archived_wanted).then_some(LeftOutReason::Archived)
    }
}
