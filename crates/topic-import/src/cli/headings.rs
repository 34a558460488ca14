//! The headings in the help, under which the options of all commands stand by what one wants.

pub(super) const INPUT: &str = "Input";
pub(super) const OTHER_SYSTEMS: &str = "Other systems";
pub(super) const COMMUNITIES: &str = "Communities";
pub(super) const PACE: &str = "Pace";
pub(super) const JOURNAL: &str = "Journal";
pub(super) const SERVICE: &str = "Service";
pub(super) const OUTPUT: &str = "Output";
