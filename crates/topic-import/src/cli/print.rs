//! The option for the format of the output.

use clap::{Args, ValueEnum};

use super::headings::OUTPUT;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    // Without doc comments: clap would print each as a paragraph of the help.
    #[default]
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct PrintArguments {
    /// Format of the output: text (default) or json
    #[arg(
        long,
        help_heading = OUTPUT,
        value_enum,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) output: Output,
}
