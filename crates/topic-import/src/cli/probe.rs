//! The arguments and the help of `probe`.

use std::num::NonZeroUsize;

use clap::Args;
use topic_import_core::GroupId;

use super::connection::ConnectionArguments;
use super::doc::CommandDoc;
use super::print::PrintArguments;
use super::values::{parse_group_id, parse_number};

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "probe",
    about: "Test what this program believes about the service, in a community set aside for that",
    notes: &[
        "It imports a few dozen throw-away topics to test limits, rules, error codes and the form of answers, and then destroys them. It does not touch any other topic.",
        "The column \"source\" names the document of the service that a belief rests on: S is import_topic, C its Chinese edition, T Create, Get and Delete Topic, G Group System, E Error Codes, L Use Limits; decided means that no document says it.",
        "To confirm that the limit is 200 topics, give --fill-up-to a number above 200.",
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
    /// The community to test in: it must exist, and nobody may be using it
    #[arg(long, value_name = "GROUP_ID", value_parser = parse_group_id)]
    pub(crate) group_id: GroupId,
    /// Test an emulator that runs only as long as this command; needs no account
    #[arg(long)]
    pub(crate) emulator: bool,
    /// Also find out how many topics the community takes, by filling it up to this number
    #[arg(long, value_name = "TOPICS", value_parser = parse_number::<NonZeroUsize>)]
    pub(crate) fill_up_to: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
}
