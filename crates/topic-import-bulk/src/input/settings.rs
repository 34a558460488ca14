//! What holds for every row of an input.

use topic_import_core::GroupId;

use crate::input::field::time_zone::TimeZone;
use crate::input::groups::Groups;
use crate::input::mapping::{Expression, Mappings};
use crate::input::place::Place;
use crate::input::text::encoding::TextEncoding;

/// How a `From_Account` of digits is sent from CSV, which cannot tell a number from text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AccountDigits {
    /// As text, as every sample of the service's other calls shows an account.
    #[default]
    Text,
    /// As a number, as the specification's table says.
    Number,
}

/// What holds for every row of an input.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct RowSettings {
    /// The group of rows that name none.
    pub group_id: Option<GroupId>,
    /// How the input is encoded, where it is neither UTF-8 nor begins with a byte-order mark.
    pub encoding: Option<TextEncoding>,
    /// Which sheet of a spreadsheet is read; the first, where none is named.
    pub sheet: Option<String>,
    /// The zone of times that are written without one.
    pub time_zone: Option<TimeZone>,
    /// How digits are sent as `From_Account`, in CSV.
    pub account_digits: AccountDigits,
    /// Where fields stand, where it is somewhere else than the format says. With any, a row may hold what is no field
    /// of the API.
    pub mappings: Mappings,
    /// Which rows count; all where there is none. With it, a row may hold what is no field of the API.
    pub condition: Option<Expression>,
    /// The list of a document that holds the rows; without it, it is the first list of objects.
    pub rows_at: Option<Place>,
    /// Which source of an export becomes which group; where `GroupId` is mapped, its value is the source.
    pub groups: Option<Groups>,
    /// What is archived or deleted in an export becomes a topic all the same.
    pub include_archived: bool,
    /// What only some members may see in an export becomes a topic all the same.
    pub include_private: bool,
    /// The communities that rows name are made before their topics, after what the rows belong to where they came from.
    pub create_communities: bool,
    /// Text that is too long is shortened: `TopicName`, `Notification` and `Introduction`.
    pub fit: bool,
}
