//! The limits of the request fields, in one table from which both checks and messages are made.

use core::fmt;

use serde::{Serialize, Serializer};

use crate::command::Command;

/// A field of a request, by its name in the API.
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
    /// `TopicIdList`, of [`GetTopic`](crate::GetTopic) and [`DestroyTopic`](crate::DestroyTopic)
    TopicIdList,
    /// `Name`, of [`ImportGroup`](crate::ImportGroup)
    Name,
    /// `SupportTopic`, of [`ImportGroup`](crate::ImportGroup)
    SupportTopic,
    /// `Owner_Account`, of [`ImportGroup`](crate::ImportGroup)
    OwnerAccount,
    /// `MaxMemberCount`, of [`ImportGroup`](crate::ImportGroup)
    MaxMemberCount,
    /// `GroupIdList`, of [`GetGroupInfo`](crate::GetGroupInfo)
    GroupIdList,
    /// `AppDefinedData`, of [`ImportGroup`](crate::ImportGroup)
    AppDefinedData,
    /// `Key` in an entry of `AppDefinedData`
    AppDefinedKey,
    /// `Value` in an entry of `AppDefinedData`
    AppDefinedValue,
}

/// The rules for one field: a row of the table of limits.
#[derive(Debug)]
#[non_exhaustive]
pub struct FieldSpec {
    /// The field's name in the API's JSON.
    pub name: &'static str,
    /// The commands whose requests must carry the field; in those of others it is optional, or does not occur.
    pub required_by: &'static [Command],
    /// The most bytes of UTF-8 that a text may have, inclusive; `None` if the field has no such limit.
    pub max_bytes: Option<usize>,
    /// What a value must look like, in words; `None` if any text will do.
    pub format: Option<&'static str>,
    /// Where the limit comes from: the specification (`S`), Group System (`G`), Error Codes (`E`), Importing a Group
    /// Profile (`IG`), Getting Group Profiles (`GI`), or our decision.
    pub source: &'static str,
}

impl FieldSpec {
    /// The row of a field that takes any text of at most this many bytes.
    const fn any_text(
        name: &'static str,
        required_by: &'static [Command],
        max_bytes: usize,
        source: &'static str,
    ) -> Self {
        Self {
            name,
            required_by,
            max_bytes: Some(max_bytes),
            format: None,
            source,
        }
    }

    /// The row of a field that takes a list.
    const fn list(
        name: &'static str,
        required_by: &'static [Command],
        source: &'static str,
    ) -> Self {
        Self {
            name,
            required_by,
            max_bytes: None,
            format: None,
            source,
        }
    }

    /// Whether some command cannot do without the field. A text of such a field is not empty.
    pub(crate) const fn is_required(&self) -> bool {
        !self.required_by.is_empty()
    }
}

const IMPORT_TOPIC: &[Command] = &[Command::IMPORT_TOPIC];
const DESTROY_TOPIC: &[Command] = &[Command::DESTROY_TOPIC];
const GET_GROUP_INFO: &[Command] = &[Command::GET_GROUP_INFO];
const IMPORT_GROUP: &[Command] = &[Command::IMPORT_GROUP];

/// The most IDs in a `GroupIdList` (Getting Group Profiles), and in a `TopicIdList` (our decision: no document states a
/// limit).
pub(crate) const MAX_IDS: usize = 50;

/// The most entries in `AppDefinedData` (Importing a Group Profile).
pub(crate) const MAX_APP_DEFINED: usize = 10;

/// The largest `MaxMemberCount` (Importing a Group Profile).
pub(crate) const MAX_MEMBERS: u32 = 100_000;

impl Field {
    /// The fields of `import_topic`, in the order of the specification's table; [`OF_GROUP`](Self::OF_GROUP) has those
    /// of `import_group`.
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

    /// The fields of `import_group` that a community with topics can have, in the order in which they are sent.
    pub const OF_GROUP: [Self; 11] = [
        Self::Type,
        Self::GroupId,
        Self::Name,
        Self::SupportTopic,
        Self::OwnerAccount,
        Self::Introduction,
        Self::Notification,
        Self::FaceUrl,
        Self::MaxMemberCount,
        Self::AppDefinedData,
        Self::CreateTime,
    ];

    /// The field's row in the table of limits.
    pub const fn spec(self) -> &'static FieldSpec {
        match self {
            Self::Type => &FieldSpec {
                name: "Type",
                required_by: IMPORT_GROUP,
                max_bytes: None,
                format: Some("only `Community`"),
                source: "S",
            },
            Self::GroupId => &FieldSpec {
                name: "GroupId",
                required_by: &[
                    Command::IMPORT_TOPIC,
                    Command::GET_TOPIC,
                    Command::DESTROY_TOPIC,
                    Command::DESTROY_GROUP,
                ],
                max_bytes: Some(48),
                format: Some("printable ASCII that starts with `@TGS#_`"),
                source: "S, G",
            },
            Self::TopicId => &FieldSpec {
                name: "TopicId",
                required_by: &[],
                max_bytes: Some(96),
                format: Some(
                    "`{GroupId}@TOPIC#_{custom}`, the custom part printable ASCII, not empty, without `@TGS#_` and `@TOPIC#_@TOPIC#`, and not beginning with `@TOPIC#`",
                ),
                source: "G",
            },
            Self::TopicName => const { &FieldSpec::any_text("TopicName", IMPORT_TOPIC, 30, "S") },
            Self::FromAccount => &FieldSpec {
                name: "From_Account",
                required_by: &[],
                max_bytes: Some(32),
                format: Some("a user ID: 1 to 32 bytes of printable ASCII"),
                source: "S, E 60015, E 7003",
            },
            Self::CustomString => const { &FieldSpec::any_text("CustomString", &[], 3000, "S") },
            Self::FaceUrl => const { &FieldSpec::any_text("FaceUrl", &[], 100, "S") },
            Self::Notification => const { &FieldSpec::any_text("Notification", &[], 300, "S") },
            Self::Introduction => const { &FieldSpec::any_text("Introduction", &[], 240, "S") },
            Self::CreateTime => &FieldSpec {
                name: "CreateTime",
                required_by: &[],
                max_bytes: None,
                format: Some("Unix seconds, 0 to 4294967295"),
                source: "S; the range is decided here, so that milliseconds are caught",
            },
            Self::TopicIdList => {
                const {
                    &FieldSpec::list(
                        "TopicIdList",
                        DESTROY_TOPIC,
                        "no document has a number; 1 to 50 is decided here",
                    )
                }
            }
            Self::Name => const { &FieldSpec::any_text("Name", IMPORT_GROUP, 30, "IG") },
            Self::SupportTopic => &FieldSpec {
                name: "SupportTopic",
                required_by: &[],
                max_bytes: None,
                format: Some("1 for a community with topics"),
                source: "IG",
            },
            Self::OwnerAccount => &FieldSpec {
                name: "Owner_Account",
                required_by: &[],
                max_bytes: Some(32),
                format: Some("a user ID: 1 to 32 bytes of printable ASCII"),
                source: "IG, E 7003",
            },
            Self::MaxMemberCount => &FieldSpec {
                name: "MaxMemberCount",
                required_by: &[],
                max_bytes: None,
                format: Some("1 to 100000"),
                source: "IG; that it is at least 1 is decided here",
            },
            Self::GroupIdList => {
                const { &FieldSpec::list("GroupIdList", GET_GROUP_INFO, "GI: at most 50") }
            }
            Self::AppDefinedData => &FieldSpec {
                name: "AppDefinedData",
                required_by: &[],
                max_bytes: None,
                format: Some("a list of at most 10 objects with `Key` and `Value`"),
                source: "IG; that no key occurs twice is decided here",
            },
            Self::AppDefinedKey => &FieldSpec {
                name: "AppDefinedData.Key",
                required_by: IMPORT_GROUP,
                max_bytes: Some(16),
                format: Some("letters `A` to `Z` and `a` to `z`, digits and `_`"),
                source: "IG",
            },
            Self::AppDefinedValue => {
                const { &FieldSpec::any_text("AppDefinedData.Value", &[], 512, "IG") }
            }
        }
    }

    /// The field's name in the API's JSON.
    pub const fn name(self) -> &'static str {
        self.spec().name
    }

    /// The field of `import_topic` with this name. Names are case-sensitive.
    pub fn from_name(name: &str) -> Option<Self> {
        // A `match` is faster than a search in the table, and every field of every row is looked up.
        match name {
            "Type" => Some(Self::Type),
            "GroupId" => Some(Self::GroupId),
            "TopicId" => Some(Self::TopicId),
            "TopicName" => Some(Self::TopicName),
            "From_Account" => Some(Self::FromAccount),
            "CustomString" => Some(Self::CustomString),
            "FaceUrl" => Some(Self::FaceUrl),
            "Notification" => Some(Self::Notification),
            "Introduction" => Some(Self::Introduction),
            "CreateTime" => Some(Self::CreateTime),
            _ => None,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_name() {
        for (position, field) in Field::ALL.into_iter().enumerate() {
            assert_eq!(field as usize, position);
            assert_eq!(Field::from_name(field.name()), Some(field));
        }
        assert_eq!(Field::from_name("groupid"), None);
    }
}
