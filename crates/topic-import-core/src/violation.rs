//! What is wrong with a value: the field, the rule that it breaks, what is allowed, and what was found instead.

use alloc::string::String;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::ops::Deref;

use serde::Serialize;

use crate::excerpt::excerpt;
use crate::limits::Field;

/// The kind of rule that a value broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// A required field is missing or empty.
    Required,
    /// A text has more bytes of UTF-8 than its limit allows.
    MaxBytes,
    /// A text does not have the form that the field requires.
    Format,
    /// A `TopicId` is well formed but belongs to another group.
    OtherGroup,
    /// A number is outside its range.
    Range,
    /// A list has too few or too many items.
    Count,
    /// A list has the same item twice.
    Duplicate,
}

impl Rule {
    /// The rule's name in reports: `required`, `max_bytes`, `format`, `other_group`, `range`, `count` or `duplicate`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::MaxBytes => "max_bytes",
            Self::Format => "format",
            Self::OtherGroup => "other_group",
            Self::Range => "range",
            Self::Count => "count",
            Self::Duplicate => "duplicate",
        }
    }
}

/// What would have been allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "unit", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Limit {
    /// A maximum length in bytes of UTF-8.
    Bytes {
        /// The most, inclusive.
        max: usize,
    },
    /// A form, described in words.
    Form {
        /// The description, such as ``only `Community` ``.
        form: &'static str,
    },
    /// A prefix that the text must have.
    Prefix {
        /// The prefix.
        prefix: String,
    },
    /// A range of numbers.
    Number {
        /// The least, inclusive.
        min: i64,
        /// The greatest, inclusive.
        max: i64,
    },
    /// A range of times in Unix seconds.
    UnixSeconds {
        /// The earliest, inclusive.
        min: i64,
        /// The latest, inclusive.
        max: i64,
    },
    /// A range for the number of items in a list.
    Items {
        /// The fewest, inclusive.
        min: usize,
        /// The most, inclusive.
        max: usize,
    },
}

/// What was found instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Found {
    /// No value at all.
    Missing,
    /// A text of this many bytes of UTF-8.
    Bytes(usize),
    /// This text, cut to [`MAX_EXCERPT_BYTES`](crate::MAX_EXCERPT_BYTES); empty if a required field is empty.
    Text(String),
    /// This number.
    Number(i64),
    /// A list of this many items.
    Items(usize),
}

/// One broken rule: which field, which rule, what is allowed and what was found.
///
/// Displayed, it says in English what is wrong and how to fix it, without naming the field. Serialised, it contains all
/// that a message in another language needs:
///
/// ```
/// use topic_import_core::TopicName;
///
/// let violations = TopicName::parse("一二三四五六七八九十!").unwrap_err();
/// assert_eq!(
///     serde_json::to_string(&violations)?,
///     r#"[{"field":"TopicName","rule":"max_bytes","limit":{"unit":"bytes","max":30},"found":{"bytes":31}}]"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// The field.
    pub field: Field,
    /// The rule that the field breaks.
    pub rule: Rule,
    /// What the rule allows; `None` for [`Rule::Required`] and [`Rule::Duplicate`].
    pub limit: Option<Limit>,
    /// What the field contains.
    pub found: Found,
}

impl Violation {
    pub(crate) const fn new(field: Field, rule: Rule, limit: Option<Limit>, found: Found) -> Self {
        Self {
            field,
            rule,
            limit,
            found,
        }
    }

    pub(crate) fn format(field: Field, text: &str) -> Self {
        let form = field.spec().format.map(|form| Limit::Form { form });
        Self::new(field, Rule::Format, form, Found::Text(excerpt(text).into()))
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.limit, &self.found) {
            (Some(Limit::Bytes { max }), Found::Bytes(bytes)) => write!(
                f,
                "is {bytes} bytes long, {} over the limit of {max} (UTF-8: a Chinese character takes 3): shorten it",
                bytes.saturating_sub(*max)
            ),
            (Some(Limit::Form { form }), Found::Text(text)) => {
                write!(f, "is {text:?}: it must be {form}")
            }
            (Some(Limit::Form { form }), Found::Number(number)) => {
                write!(f, "is {number}: it must be {form}")
            }
            (Some(Limit::Prefix { prefix }), Found::Text(text)) => {
                write!(
                    f,
                    "is {text:?}, the ID of a topic in another group: it must begin with {prefix:?}"
                )
            }
            (Some(Limit::UnixSeconds { min, max }), Found::Number(number)) => {
                write!(f, "is {number}: it must be from {min} to {max}")?;
                let seconds = number / 1000;
                if (*min..=*max).contains(&seconds) && seconds != 0 {
                    f.write_str("; if these are milliseconds, divide by 1000")?;
                }
                Ok(())
            }
            (Some(Limit::Number { min, max }), Found::Number(number)) => {
                write!(f, "is {number}: it must be from {min} to {max}")
            }
            (Some(Limit::Items { min: 0, max }), Found::Items(items)) => {
                write!(f, "has {items} items: it must have {max} at most")
            }
            (Some(Limit::Items { min, max }), Found::Items(items)) => {
                write!(f, "has {items} items: it must have {min} to {max}")
            }
            (None, Found::Text(text)) if self.rule == Rule::Duplicate => {
                write!(f, "is {text:?} more than once: give it one value")
            }
            (None, Found::Text(_)) => f.write_str("is empty, and required: give it a value"),
            _ => f.write_str("is missing, and required: add it"),
        }
    }
}

impl Error for Violation {}

/// All the rules that a value breaks; never empty. It dereferences to a slice of [`Violation`]s and is serialised as a
/// list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Violations(Vec<Violation>);

impl Violations {
    pub(crate) const fn new(violations: Vec<Violation>) -> Self {
        Self(violations)
    }

    /// The first violation.
    pub fn first(&self) -> &Violation {
        self.0.first().expect("violations are never empty")
    }

    pub(crate) fn none_or(violations: Vec<Violation>) -> Result<(), Self> {
        if violations.is_empty() {
            Ok(())
        } else {
            Err(Self(violations))
        }
    }
}

impl From<Violation> for Violations {
    fn from(violation: Violation) -> Self {
        Self(Vec::from([violation]))
    }
}

impl Deref for Violations {
    type Target = [Violation];
    fn deref(&self) -> &[Violation] {
        &self.0
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = alloc::vec::IntoIter<Violation>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, violation) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {violation}", violation.field)?;
        }
        Ok(())
    }
}

impl Error for Violations {}
