//! What can be written after `probe`.

use std::num::NonZeroUsize;

use clap::Args;
use topic_import_core::GroupId;

use super::connection::ConnectionArguments;
use super::doc::CommandDoc;
use super::print::Output;
use super::values::{parse_group_id, parse_number};

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "probe",
    about: "Try what this program believes of the service, in a community set aside for it",
    notes: &[
        "It imports a few dozen throw-away topics, tries limits, rules, codes and shapes with them, and destroys them again. Other topics are left alone.",
        "Each belief has its source, one of the service's documents: S import_topic, C its Chinese edition, T Create, Get and Delete Topic, G Group System, E Error Codes, L Use Limits; `decided` where no document says it.",
        "--fill-up-to must be more than 200 to find that 200 is the limit.",
    ],
    examples: &[
        "topic-import probe --group-id @TGS#_aside --emulator",
        "topic-import probe --group-id @TGS#_aside --region singapore",
    ],
    statuses: &[
        (0, "all agree"),
        (1, "could not start"),
        (2, "not all agree"),
        (3, "stopped"),
    ],
};

#[derive(Debug, Args)]
pub(crate) struct ProbeArguments {
    /// A community that exists and that nobody uses
    #[arg(long, value_name = "GROUP_ID", value_parser = parse_group_id)]
    pub(crate) group_id: GroupId,
    /// Probe an emulator on this machine; needs no account
    #[arg(long)]
    pub(crate) emulator: bool,
    /// Also find out how many topics the community takes, importing up to so many
    #[arg(long, value_name = "TOPICS", value_parser = parse_number::<NonZeroUsize>)]
    pub(crate) fill_up_to: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    /// What to print at the end: text (default) or json
    #[arg(
        long,
        value_enum,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) output: Output,
}
