//! What holds for every row of an input.

use topic_import_core::GroupId;

use crate::input::groups::Groups;
use crate::input::mapping::{Expression, Mappings};
use crate::input::place::Place;

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
pub struct RowSettings {
    /// The group of rows that name none.
    pub group_id: Option<GroupId>,
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
    /// Text that is too long is shortened: `TopicName`, `Notification` and `Introduction`.
    pub fit: bool,
}
