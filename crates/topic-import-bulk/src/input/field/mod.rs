//! How one value becomes one field.

pub(crate) mod civil_time;
pub(crate) mod create_time;
pub(crate) mod date_order;
pub(crate) mod day_number;
pub(crate) mod kind;
pub(crate) mod lenient;
pub(crate) mod name;
pub(crate) mod shorten;
pub(crate) mod time_zone;
pub(crate) mod whole_cell;
