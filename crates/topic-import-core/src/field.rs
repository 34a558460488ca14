//! One type per request field, each made only by parsing, and the one table of their limits.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Serialize, Serializer};

use crate::error::{Found, Limit, Rule, Violation, Violations};

/// A field of the `import_topic` request, by its name in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Field {
    /// `Type`
    Type,
    /// `GroupId`
    GroupId,
    /// `TopicId`
    TopicId,
    /// `TopicName`
    TopicName,
    /// `From_Account`
    FromAccount,
    /// `CustomString`
    CustomString,
    /// `FaceUrl`
    FaceUrl,
    /// `Notification`
    Notification,
    /// `Introduction`
    Introduction,
    /// `CreateTime`
    CreateTime,
}

/// What holds for one field: a row of the table of limits.
#[derive(Debug)]
#[non_exhaustive]
pub struct FieldSpec {
    /// The field's name in the API's JSON.
    pub name: &'static str,
    /// Whether a request must carry the field.
    pub required: bool,
    /// The most bytes of UTF-8 a text may have, inclusive.
    pub max_bytes: Option<usize>,
    /// What a value must look like, in words; `None` where any text will do.
    pub format: Option<&'static str>,
    /// Where the limit is stated: the specification (`S`), Group System (`G`), Error Codes (`E`), or decided here.
    pub source: &'static str,
}

const TOPIC_ID_FORM: &str = "`{GroupId}@TOPIC#_{custom}`, the custom part printable ASCII, not empty, without `@TGS#_` and `@TOPIC#_@TOPIC#`, and not beginning with `@TOPIC#`";
const ID_OF_OWN_GROUP: &str =
    "an ID of the row's own group, `{GroupId}@TOPIC#_{custom}`, and this one names another group";
const PRINTABLE_USER_ID: &str = "a user ID: 1 to 32 bytes of printable ASCII";

/// The table of limits, a row per field in the order of [`Field::ALL`].
const SPECS: [FieldSpec; 10] = [
    FieldSpec {
        name: "Type",
        required: false,
        max_bytes: None,
        format: Some("only `Community`"),
        source: "S",
    },
    FieldSpec {
        name: "GroupId",
        required: true,
        max_bytes: Some(48),
        format: Some("printable ASCII that starts with `@TGS#_`"),
        source: "S, G",
    },
    FieldSpec {
        name: "TopicId",
        required: false,
        max_bytes: Some(96),
        format: Some(TOPIC_ID_FORM),
        source: "G",
    },
    FieldSpec {
        name: "TopicName",
        required: true,
        max_bytes: Some(30),
        format: None,
        source: "S",
    },
    FieldSpec {
        name: "From_Account",
        required: false,
        max_bytes: Some(32),
        format: Some(PRINTABLE_USER_ID),
        source: "S, E 60015, E 7003",
    },
    FieldSpec {
        name: "CustomString",
        required: false,
        max_bytes: Some(3000),
        format: None,
        source: "S",
    },
    FieldSpec {
        name: "FaceUrl",
        required: false,
        max_bytes: Some(100),
        format: None,
        source: "S",
    },
    FieldSpec {
        name: "Notification",
        required: false,
        max_bytes: Some(300),
        format: None,
        source: "S",
    },
    FieldSpec {
        name: "Introduction",
        required: false,
        max_bytes: Some(240),
        format: None,
        source: "S",
    },
    FieldSpec {
        name: "CreateTime",
        required: false,
        max_bytes: None,
        format: Some("Unix seconds, 0 to 4294967295"),
        source: "S; the range is decided here, so that milliseconds are caught",
    },
];

impl Field {
    /// Every field, in the order of the specification's table.
    pub const ALL: [Self; 10] = [
        Self::Type,
        Self::GroupId,
        Self::TopicId,
        Self::TopicName,
        Self::FromAccount,
        Self::CustomString,
        Self::FaceUrl,
        Self::Notification,
        Self::Introduction,
        Self::CreateTime,
    ];

    /// The row of the table of limits.
    pub const fn spec(self) -> &'static FieldSpec {
        &SPECS[self as usize]
    }

    /// The field's name in the API's JSON.
    pub const fn name(self) -> &'static str {
        self.spec().name
    }

    /// The field with this name; names are case-sensitive.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What [`GroupId`]s start with in a topic-enabled community (Group System).
pub const GROUP_ID_PREFIX: &str = "@TGS#_";
/// What separates the group from the custom part in a [`TopicId`] (Group System).
pub const TOPIC_ID_SEPARATOR: &str = "@TOPIC#_";
/// What custom parts begin with in the IDs that the service assigns.
const ASSIGNED_START: &str = "@TOPIC#";
/// What no custom part may contain, besides [`GROUP_ID_PREFIX`] (Group System).
const ASSIGNED_MARK: &str = "@TOPIC#_@TOPIC#";

fn is_printable_ascii(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
}

fn has_form_of_group_id(text: &str) -> bool {
    is_printable_ascii(text) && text.starts_with(GROUP_ID_PREFIX)
}

/// Collects what is wrong with one field's text.
struct Inspection<'a> {
    field: Field,
    text: &'a str,
    violations: Vec<Violation>,
}

impl<'a> Inspection<'a> {
    fn of(field: Field, text: &'a str) -> Self {
        let mut inspection = Self {
            field,
            text,
            violations: Vec::new(),
        };
        inspection.check_required();
        inspection.check_bytes();
        inspection
    }

    fn check_required(&mut self) {
        if self.field.spec().required && self.text.is_empty() {
            self.violations.push(Violation::new(
                self.field,
                Rule::Required,
                None,
                Found::Text(String::new()),
            ));
        }
    }

    fn check_bytes(&mut self) {
        if let Some(max) = self.field.spec().max_bytes
            && self.text.len() > max
        {
            self.violations.push(Violation::new(
                self.field,
                Rule::MaxBytes,
                Some(Limit::Bytes(max)),
                Found::Bytes(self.text.len()),
            ));
        }
    }

    /// `holds` is not asked of an empty text in a required field: that is already said.
    fn format(mut self, holds: impl FnOnce(&str) -> bool) -> Self {
        let already_said = self.field.spec().required && self.text.is_empty();
        if !already_said && !holds(self.text) {
            self.violations
                .push(Violation::format(self.field, self.text));
        }
        self
    }

    fn finish(self) -> Result<(), Violations> {
        Violations::none_or(self.violations)
    }
}

/// Declares a text field: a newtype over `String` that only parsing makes.
macro_rules! text_field {
    ($(#[$doc:meta])* $name:ident, $field:expr, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Checks the text and takes it as it is: nothing is trimmed or normalised.
            ///
            /// # Errors
            /// Every rule that the text breaks.
            pub fn parse(text: impl Into<String>) -> Result<Self, Violations> {
                let text = text.into();
                let check: fn(Inspection<'_>) -> Inspection<'_> = $check;
                check(Inspection::of($field, &text)).finish()?;
                Ok(Self(text))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, without a copy.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl core::str::FromStr for $name {
            type Err = Violations;
            fn from_str(text: &str) -> Result<Self, Violations> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_field!(
    /// The community that a topic belongs to: printable ASCII that starts with `@TGS#_`, at most 48 bytes
    /// (specification; Group System).
    GroupId,
    Field::GroupId,
    |inspection| inspection.format(has_form_of_group_id)
);

text_field!(
    /// A topic's ID as an app may choose it: `{GroupId}@TOPIC#_{custom}`, at most 96 bytes (Group System).
    ///
    /// IDs that the service assigns do not follow this rule; see [`KnownTopicId`].
    TopicId,
    Field::TopicId,
    |inspection| inspection.format(|text| split_topic_id(text).is_some())
);

text_field!(
    /// A topic's name: 1 to 30 bytes of UTF-8 (specification).
    TopicName,
    Field::TopicName,
    |inspection| inspection
);

text_field!(
    /// A user ID: 1 to 32 bytes of printable ASCII (Error Codes, 7003). As `From_Account`, the user who creates
    /// the topic; as the identifier of [`Credentials`](crate::Credentials), the app's admin.
    UserId,
    Field::FromAccount,
    |inspection| inspection.format(|text| !text.is_empty() && is_printable_ascii(text))
);

text_field!(
    /// The app's own text about the topic: at most 3,000 bytes of UTF-8 (specification).
    CustomString,
    Field::CustomString,
    |inspection| inspection
);

text_field!(
    /// The URL of the topic's picture: at most 100 bytes (specification).
    FaceUrl,
    Field::FaceUrl,
    |inspection| inspection
);

text_field!(
    /// The topic's notice: at most 300 bytes of UTF-8 (specification).
    Notification,
    Field::Notification,
    |inspection| inspection
);

text_field!(
    /// The topic's introduction: at most 240 bytes of UTF-8 (specification).
    Introduction,
    Field::Introduction,
    |inspection| inspection
);

/// The group and the custom part of a well-formed topic ID. A custom part may contain what separates the two, and so may
/// a group: the first place that makes sense counts.
fn split_topic_id(text: &str) -> Option<(&str, &str)> {
    // Looking for one character is much quicker than for several.
    let mut places = text.match_indices('@').filter_map(|(at, _)| {
        let custom = text[at..].strip_prefix(TOPIC_ID_SEPARATOR)?;
        Some((&text[..at], custom))
    });
    places.find(|(group, custom)| has_form_of_group_id(group) && is_custom_part(custom))
}

/// Whether an app may choose this as what follows the group and the separator.
fn is_custom_part(text: &str) -> bool {
    let has_mark =
        text.contains('@') && (text.contains(GROUP_ID_PREFIX) || text.contains(ASSIGNED_MARK));
    let is_free = !has_mark && !text.starts_with(ASSIGNED_START);
    is_free && !text.is_empty() && is_printable_ascii(text)
}

impl TopicId {
    /// The ID of a topic of this group, `custom` being the part that the app chooses.
    ///
    /// ```
    /// use topic_import_core::{GroupId, TopicId};
    ///
    /// let id = TopicId::of(&GroupId::parse("@TGS#_riverside")?, "welcome")?;
    /// assert_eq!(id.as_str(), "@TGS#_riverside@TOPIC#_welcome");
    /// # Ok::<(), topic_import_core::Violations>(())
    /// ```
    ///
    /// # Errors
    /// Every rule that the ID breaks.
    pub fn of(group: &GroupId, custom: &str) -> Result<Self, Violations> {
        Self::parse_in(format!("{group}{TOPIC_ID_SEPARATOR}{custom}"), group)
    }

    /// As [`parse`](Self::parse), for a row of this group.
    pub(crate) fn parse_in(id: String, group: &GroupId) -> Result<Self, Violations> {
        let mut inspection = Inspection::of(Field::TopicId, &id);
        inspection
            .violations
            .extend(Self::check_group(&id, group).err());
        inspection.finish()?;
        Ok(Self(id))
    }

    /// Checks that an ID is well formed and belongs to `group`.
    pub(crate) fn check_group(id: &str, group: &GroupId) -> Result<(), Violation> {
        let own = id.strip_prefix(group.as_str());
        match own.and_then(|rest| rest.strip_prefix(TOPIC_ID_SEPARATOR)) {
            Some(custom) if is_custom_part(custom) => Ok(()),
            None if split_topic_id(id).is_some() => Err(Violation {
                limit: Some(Limit::Form(ID_OF_OWN_GROUP)),
                ..Violation::format(Field::TopicId, id)
            }),
            _ => Err(Violation::format(Field::TopicId, id)),
        }
    }
}

/// The ID of a topic that exists, as the service states it: one that an app chose ([`TopicId`]) or one that the
/// service assigned, such as `@TGS#_@TGS#cBZXAIIM62CV@TOPIC#_@TOPIC#cTCCCIIM62CW`. Taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct KnownTopicId(String);

impl KnownTopicId {
    /// Takes an ID as the service stated it; an empty one is none.
    pub fn new(id: impl Into<String>) -> Option<Self> {
        let id = id.into();
        (!id.is_empty()).then_some(Self(id))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, without a copy.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl From<TopicId> for KnownTopicId {
    fn from(id: TopicId) -> Self {
        Self(id.0)
    }
}

impl fmt::Display for KnownTopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The account that creates a topic, written as it was given: a number as a JSON number (specification), a user
/// ID as a JSON string (Error Codes, 60015).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum FromAccount {
    /// An unsigned integer.
    Number(u64),
    /// A user ID.
    Text(UserId),
}

/// A topic's creation time in Unix seconds, 0 to 4294967295.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct CreateTime(u32);

impl CreateTime {
    /// Checks the range, so that milliseconds are caught.
    ///
    /// # Errors
    /// [`Rule::Range`] outside 0 to 4294967295.
    pub fn parse(unix_seconds: i64) -> Result<Self, Violation> {
        u32::try_from(unix_seconds).map(Self).map_err(|_| {
            Violation::new(
                Field::CreateTime,
                Rule::Range,
                Some(Limit::Range(0, i64::from(u32::MAX))),
                Found::Number(unix_seconds.into()),
            )
        })
    }

    /// Unix seconds.
    pub const fn unix_seconds(self) -> u32 {
        self.0
    }
}

/// The type of the group that a topic belongs to; there is only one (specification).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub enum GroupType {
    /// A topic-enabled community.
    Community,
}

impl GroupType {
    /// Checks the text: only `Community` is a group type that has topics.
    ///
    /// # Errors
    /// [`Rule::Format`] for any other text.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        if text == "Community" {
            Ok(Self::Community)
        } else {
            Err(Violation::format(Field::Type, text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_fields() {
        for (position, field) in Field::ALL.into_iter().enumerate() {
            assert_eq!(field as usize, position);
            assert_eq!(Field::from_name(field.name()), Some(field));
        }
        assert_eq!(Field::from_name("groupid"), None);
    }

    #[test]
    fn a_topic_id_with_a_reserved_mark_in_its_custom_part_is_refused() {
        for text in [
            "",
            "general",
            "@TGS#_a",
            "@TGS#_a@TOPIC#_",
            "@TGS#_a@TOPIC#_x@TGS#_y",
            "@TGS#_a@TOPIC#_x@TOPIC#_@TOPIC#y",
            "@TGS#_a@TOPIC#_@TOPIC#y",
            "@TGS#_a@TOPIC#_é",
            "a@TOPIC#_x",
        ] {
            let violations = TopicId::parse(text).unwrap_err();
            assert_eq!(violations[0].rule, Rule::Format, "{text}");
            assert_eq!(violations.len(), 1, "{text}");
        }
    }

    #[test]
    fn a_long_group_id_without_the_prefix_breaks_two_rules() {
        let violations = GroupId::parse("g".repeat(49)).unwrap_err();
        let rules: Vec<Rule> = violations.iter().map(|violation| violation.rule).collect();
        assert_eq!(rules, [Rule::MaxBytes, Rule::Format]);
    }

    #[test]
    fn an_empty_required_field_is_one_violation() {
        for violations in [
            GroupId::parse("").unwrap_err(),
            TopicName::parse("").unwrap_err(),
        ] {
            assert_eq!(violations.len(), 1);
            assert_eq!(violations[0].rule, Rule::Required);
            assert_eq!(violations[0].found, Found::Text(String::new()));
        }
    }

    #[test]
    fn milliseconds_are_no_creation_time() {
        assert_eq!(
            CreateTime::parse(4_294_967_295).unwrap().unix_seconds(),
            u32::MAX
        );
        let violation = CreateTime::parse(1_448_357_837_000).unwrap_err();
        assert_eq!(violation.rule, Rule::Range);
        assert!(CreateTime::parse(-1).is_err());
    }
}
