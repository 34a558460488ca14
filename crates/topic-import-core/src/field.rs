//! One type per request field, each made only by parsing.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Serialize, Serializer};

use crate::excerpt::excerpt;
use crate::limits::{Field, MAX_APP_DEFINED, MAX_MEMBERS};
use crate::violation::{Found, Limit, Rule, Violation, Violations};

/// The beginning of the [`GroupId`] of every topic-enabled community (Group System).
pub const GROUP_ID_PREFIX: &str = "@TGS#_";
/// The separator between the group and the custom part of a [`TopicId`] (Group System).
pub const TOPIC_ID_SEPARATOR: &str = "@TOPIC#_";
/// The beginning of the custom part in IDs that the service assigns.
const ASSIGNED_START: &str = "@TOPIC#";
/// A text that no custom part may contain; [`GROUP_ID_PREFIX`] is the other (Group System).
const ASSIGNED_MARK: &str = "@TOPIC#_@TOPIC#";

fn is_printable_ascii(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
}

fn has_form_of_group_id(text: &str) -> bool {
    is_printable_ascii(text) && text.starts_with(GROUP_ID_PREFIX)
}

/// Reports every rule that a field's text breaks. `has_form` checks for the form that the field requires.
fn inspect(
    field: Field,
    text: &str,
    has_form: impl FnOnce(&str) -> bool,
) -> Result<(), Violations> {
    let mut violations = beyond_limits(field, text);
    let is_missing = field.spec().is_required() && text.is_empty();
    if !is_missing && !has_form(text) {
        violations.push(Violation::format(field, text));
    }
    Violations::none_or(violations)
}

/// The violations of a text's length limits alone.
fn beyond_limits(field: Field, text: &str) -> Vec<Violation> {
    let mut violations = Vec::new();
    if field.spec().is_required() && text.is_empty() {
        let found = Found::Text(String::new());
        violations.push(Violation::new(field, Rule::Required, None, found));
    }
    let max = field.spec().max_bytes;
    if let Some(max) = max.filter(|max| text.len() > *max) {
        let found = Found::Bytes(text.len());
        violations.push(Violation::new(
            field,
            Rule::MaxBytes,
            Some(Limit::Bytes { max }),
            found,
        ));
    }
    violations
}

fn any_text(_: &str) -> bool {
    true
}

/// Declares a text field: a newtype over `String` that only parsing can create.
macro_rules! text_field {
    ($(#[$doc:meta])* $name:ident, $field:expr, $has_form:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Checks the text. It is kept exactly as given, neither trimmed nor normalised.
            ///
            /// # Errors
            /// A violation for every rule that the text breaks.
            pub fn parse(text: impl Into<String>) -> Result<Self, Violations> {
                let text = text.into();
                inspect($field, &text, $has_form)?;
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
    /// A community's ID: printable ASCII that starts with `@TGS#_`, at most 48 bytes (specification; Group System).
    GroupId,
    Field::GroupId,
    has_form_of_group_id
);

text_field!(
    /// A topic ID that the app has chosen: `{GroupId}@TOPIC#_{custom}`, at most 96 bytes (Group System).
    ///
    /// IDs that the service assigns do not follow this rule; for those, see [`KnownTopicId`].
    TopicId,
    Field::TopicId,
    |text| split_topic_id(text).is_some()
);

text_field!(
    /// A topic's name: 1 to 30 bytes of UTF-8 (specification).
    TopicName,
    Field::TopicName,
    any_text
);

text_field!(
    /// A community's name: 1 to 30 bytes of UTF-8 (Importing a Group Profile).
    GroupName,
    Field::Name,
    any_text
);

text_field!(
    /// The account that owns a community and is its first member: 1 to 32 bytes of printable ASCII (Error Codes, 7003).
    /// The account must have been imported before (Importing a Group Profile).
    OwnerAccount,
    Field::OwnerAccount,
    |text| !text.is_empty() && is_printable_ascii(text)
);

text_field!(
    /// A user ID: 1 to 32 bytes of printable ASCII (Error Codes, 7003). As `From_Account` it names the user who creates
    /// the topic; as the identifier of [`Credentials`](crate::Credentials), the app's admin.
    UserId,
    Field::FromAccount,
    |text| !text.is_empty() && is_printable_ascii(text)
);

text_field!(
    /// The app's own text about the topic: at most 3,000 bytes of UTF-8 (specification).
    CustomString,
    Field::CustomString,
    any_text
);

text_field!(
    /// The URL of the picture of a topic or a community: at most 100 bytes (specification).
    FaceUrl,
    Field::FaceUrl,
    any_text
);

text_field!(
    /// The notice of a topic or a community: at most 300 bytes of UTF-8 (specification).
    Notification,
    Field::Notification,
    any_text
);

text_field!(
    /// The introduction of a topic or a community: at most 240 bytes of UTF-8 (specification).
    Introduction,
    Field::Introduction,
    any_text
);

text_field!(
    /// The name of a field of the app's own, which the app's console lists: 1 to 16 letters, digits and underscores
    /// (Importing a Group Profile).
    AppDefinedKey,
    Field::AppDefinedKey,
    |text| text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
);

text_field!(
    /// The content of a field of the app's own: at most 512 bytes of UTF-8 (Importing a Group Profile).
    AppDefinedValue,
    Field::AppDefinedValue,
    any_text
);

/// Splits a well-formed topic ID into its group and its custom part. Either may contain the separator itself, so the
/// split is at the first separator that leaves a valid group and a valid custom part.
fn split_topic_id(text: &str) -> Option<(&str, &str)> {
    // Searching for a single character is much faster than searching for the separator.
    let mut places = text.match_indices('@').filter_map(|(at, _)| {
        let custom = text[at..].strip_prefix(TOPIC_ID_SEPARATOR)?;
        Some((&text[..at], custom))
    });
    places.find(|(group, custom)| has_form_of_group_id(group) && is_custom_part(custom))
}

/// Whether an app may choose this text as the custom part of a topic ID.
fn is_custom_part(text: &str) -> bool {
    let has_mark =
        text.contains('@') && (text.contains(GROUP_ID_PREFIX) || text.contains(ASSIGNED_MARK));
    let is_free = !has_mark && !text.starts_with(ASSIGNED_START);
    is_free && !text.is_empty() && is_printable_ascii(text)
}

impl GroupId {
    /// Like [`parse`](Self::parse), for a call that takes a request without the field: an empty text has the wrong form
    /// there, and is not a missing value.
    pub(crate) fn parse_if_given(text: String) -> Result<Self, Violations> {
        if text.is_empty() {
            return Err(Violation::format(Field::GroupId, &text).into());
        }
        Self::parse(text)
    }
}

impl TopicId {
    /// Builds the ID of a topic of this group; `custom` is the part that the app chooses.
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
    /// A violation for every rule that the ID breaks.
    pub fn of(group: &GroupId, custom: &str) -> Result<Self, Violations> {
        Self::parse_in(format!("{group}{TOPIC_ID_SEPARATOR}{custom}"), group)
    }

    /// Like [`parse`](Self::parse), but the topic must belong to this group.
    pub(crate) fn parse_in(id: String, group: &GroupId) -> Result<Self, Violations> {
        let mut violations = beyond_limits(Field::TopicId, &id);
        violations.extend(Self::check_group(&id, group).err());
        Violations::none_or(violations)?;
        Ok(Self(id))
    }

    /// Checks that an ID is well formed and belongs to `group`.
    pub(crate) fn check_group(id: &str, group: &GroupId) -> Result<(), Violation> {
        let own = id.strip_prefix(group.as_str());
        match own.and_then(|rest| rest.strip_prefix(TOPIC_ID_SEPARATOR)) {
            Some(custom) if is_custom_part(custom) => Ok(()),
            None if split_topic_id(id).is_some() => {
                let prefix = format!("{group}{TOPIC_ID_SEPARATOR}");
                Err(Violation::new(
                    Field::TopicId,
                    Rule::OtherGroup,
                    Some(Limit::Prefix { prefix }),
                    Found::Text(excerpt(id).into()),
                ))
            }
            _ => Err(Violation::format(Field::TopicId, id)),
        }
    }
}

/// The ID of a topic as the service reports it: chosen by an app (see [`TopicId`]) or assigned by the service, such as
/// `@TGS#_@TGS#cBZXAIIM62CV@TOPIC#_@TOPIC#cTCCCIIM62CW`. Its form is not checked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct KnownTopicId(String);

impl KnownTopicId {
    /// Takes an ID as the service reported it.
    ///
    /// # Errors
    /// [`Rule::Required`] for an empty text.
    pub fn parse(id: impl Into<String>) -> Result<Self, Violations> {
        let id = id.into();
        if id.is_empty() {
            let found = Found::Text(id);
            return Err(Violation::new(Field::TopicId, Rule::Required, None, found).into());
        }
        Ok(Self(id))
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

/// The account that creates a topic. It is sent in the form in which it was given: a number as a JSON number
/// (specification), a user ID as a JSON string (Error Codes, 60015).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum FromAccount {
    /// An unsigned integer.
    Number(u64),
    /// A user ID.
    Text(UserId),
}

/// A time in seconds since the Unix epoch, not yet checked: made from an `i64`, or with feature `std` a `SystemTime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnixSeconds(pub(crate) i64);

impl From<i64> for UnixSeconds {
    fn from(seconds: i64) -> Self {
        Self(seconds)
    }
}

/// Fractions of a second are cut off.
#[cfg(feature = "std")]
impl From<std::time::SystemTime> for UnixSeconds {
    fn from(time: std::time::SystemTime) -> Self {
        let seconds =
            |span: core::time::Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        Self(match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => seconds(since),
            Err(before) => -seconds(before.duration()).max(1),
        })
    }
}

/// The creation time of a topic or a community in Unix seconds, 0 to 4294967295.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct CreateTime(u32);

impl CreateTime {
    /// Checks the range. A present-day time in milliseconds lies outside it and is rejected.
    ///
    /// ```
    /// use topic_import_core::CreateTime;
    ///
    /// assert_eq!(CreateTime::parse(1_448_357_837)?.unix_seconds(), 1_448_357_837);
    /// assert!(CreateTime::parse(1_448_357_837_000).is_err());
    /// assert!(CreateTime::parse(std::time::SystemTime::now()).is_ok());
    /// # Ok::<(), topic_import_core::Violations>(())
    /// ```
    ///
    /// # Errors
    /// [`Rule::Range`] outside 0 to 4294967295.
    pub fn parse(time: impl Into<UnixSeconds>) -> Result<Self, Violations> {
        let UnixSeconds(seconds) = time.into();
        u32::try_from(seconds).map(Self).map_err(|_| {
            let max = i64::from(u32::MAX);
            Violation::new(
                Field::CreateTime,
                Rule::Range,
                Some(Limit::UnixSeconds { min: 0, max }),
                Found::Number(seconds),
            )
            .into()
        })
    }

    /// Unix seconds.
    pub const fn unix_seconds(self) -> u32 {
        self.0
    }
}

/// The most members that a community may have: 1 to 100,000 (Importing a Group Profile).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct MaxMemberCount(u32);

impl MaxMemberCount {
    /// Checks the range.
    ///
    /// # Errors
    /// [`Rule::Range`] outside 1 to 100,000.
    pub fn parse(members: impl Into<i64>) -> Result<Self, Violations> {
        let members = members.into();
        match u32::try_from(members) {
            Ok(within @ 1..=MAX_MEMBERS) => Ok(Self(within)),
            _ => Err(Violation::new(
                Field::MaxMemberCount,
                Rule::Range,
                Some(Limit::Number {
                    min: 1,
                    max: MAX_MEMBERS.into(),
                }),
                Found::Number(members),
            )
            .into()),
        }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// The app's own data about a community: at most 10 entries, no two of them with the same key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct AppDefinedData(Vec<AppDefinedEntry>);

/// A key with its value in [`AppDefinedData`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(
    clippy::exhaustive_structs,
    reason = "the API's entry is a key and a value"
)]
pub struct AppDefinedEntry {
    /// `Key`
    pub key: AppDefinedKey,
    /// `Value`
    pub value: AppDefinedValue,
}

impl AppDefinedData {
    /// Takes at most 10 entries, in this order (Importing a Group Profile).
    ///
    /// # Errors
    /// [`Rule::Count`] if there are more, and [`Rule::Duplicate`] for each key that occurs a second time.
    pub fn of(entries: Vec<AppDefinedEntry>) -> Result<Self, Violations> {
        Self::check_len(entries.len())?;
        Self::check_keys(&entries)?;
        Ok(Self(entries))
    }

    /// The entries. Their number and their keys must have been checked.
    pub(crate) const fn new(entries: Vec<AppDefinedEntry>) -> Self {
        Self(entries)
    }

    pub(crate) fn check_len(items: usize) -> Result<(), Violations> {
        if items <= MAX_APP_DEFINED {
            return Ok(());
        }
        Err(Violation::new(
            Field::AppDefinedData,
            Rule::Count,
            Some(Limit::Items {
                min: 0,
                max: MAX_APP_DEFINED,
            }),
            Found::Items(items),
        )
        .into())
    }

    pub(crate) fn check_keys(entries: &[AppDefinedEntry]) -> Result<(), Violations> {
        let repeated = entries.iter().enumerate().filter_map(|(place, entry)| {
            let key = &entry.key;
            let is_repeated = entries[..place].iter().any(|before| before.key == *key);
            let found = || Found::Text(key.as_str().into());
            is_repeated
                .then(|| Violation::new(Field::AppDefinedKey, Rule::Duplicate, None, found()))
        });
        Violations::none_or(repeated.collect())
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries, in the order in which they were given.
    pub fn entries(&self) -> &[AppDefinedEntry] {
        &self.0
    }

    /// The entries, without a copy.
    pub(crate) fn into_entries(self) -> Vec<AppDefinedEntry> {
        self.0
    }
}

/// `SupportTopic` of a community that takes topics, which is always 1 (Importing a Group Profile).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SupportTopic;

impl SupportTopic {
    pub(crate) const VALUE: u8 = 1;

    pub(crate) fn parse(value: i64) -> Result<Self, Violations> {
        if value == i64::from(Self::VALUE) {
            return Ok(Self);
        }
        let field = Field::SupportTopic;
        let form = field.spec().format.map(|form| Limit::Form { form });
        Err(Violation::new(field, Rule::Format, form, Found::Number(value)).into())
    }
}

impl Serialize for SupportTopic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(Self::VALUE)
    }
}

/// The type of a group with topics. Only one type has topics (specification).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub enum GroupType {
    /// A topic-enabled community.
    Community,
}

impl GroupType {
    /// Checks the text, which must be `Community`.
    ///
    /// # Errors
    /// [`Rule::Format`] for any other text.
    pub fn parse(text: &str) -> Result<Self, Violations> {
        if text == "Community" {
            Ok(Self::Community)
        } else {
            Err(Violation::format(Field::Type, text).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let violations = CreateTime::parse(1_448_357_837_000).unwrap_err();
        assert_eq!(violations[0].rule, Rule::Range);
        assert!(CreateTime::parse(-1).is_err());
    }
}
