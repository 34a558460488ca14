//! The arguments and the help of `check`.

use clap::Args;
use topic_import_bulk::check::CheckSettings;

use super::calls::CallArguments;
use super::doc::CommandDoc;
use super::headings::SERVICE;
use super::input::{CommunityArguments, InputArguments};
use super::print::PrintArguments;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "check",
    about: "Check a file, and change nothing",
    notes: &[],
    examples: &[
        "topic-import check community.jsonl",
        "topic-import check community.csv --group-id @TGS#_riverside --output json",
        "topic-import check community.jsonl --online --sdk-app-id 1400000001 --region singapore",
    ],
    statuses: &[
        (0, "no problems"),
        (1, "could not start"),
        (2, "problems found"),
    ],
};

impl CheckArguments {
    /// What the input is checked against.
    pub(crate) fn check_settings(&self) -> CheckSettings {
        let mut settings = self.communities.check_settings();
        settings.keep_problems = self.input.problems.is_some();
        settings
    }
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    #[command(flatten)]
    pub(crate) communities: CommunityArguments,
    /// Ask the service as well whether the account may call and the communities are there; nothing is changed
    #[arg(long, help_heading = SERVICE)]
    pub(crate) online: bool,
    #[command(flatten)]
    pub(crate) calls: CallArguments,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
}
