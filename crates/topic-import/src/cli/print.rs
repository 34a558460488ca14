//! How results are printed.

use clap::{Args, ValueEnum};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    // Comments here would be printed, a paragraph for each value.
    #[default]
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct PrintArguments {
    /// What to print: text (default) or json
    #[arg(
        long,
        value_enum,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) output: Output,
}
