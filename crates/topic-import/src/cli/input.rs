//! What is read, and how.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use topic_import_bulk::{
    AccountDigits, CheckSettings, DOCUMENTED_TOPICS_PER_COMMUNITY, Export, Expression, Format,
    Mapping, Place,
};
use topic_import_core::GroupId;

use super::values::{parse_count, parse_group_id};

const INPUT: &str = "Input";

#[derive(Debug, Args)]
pub(crate) struct InputArguments {
    /// Rows as JSONL, a JSON list or CSV, or what another chat system exported: files, a directory or a ZIP; `-` reads standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// How FILE is written, where its name does not say it: jsonl, csv or json
    #[arg(long, help_heading = INPUT, value_parser = format_parser(), hide_possible_values = true, conflicts_with = "from", hide_short_help = true)]
    pub(crate) format: Option<Format>,
    /// FILE is an export of this chat system (`sources` lists them), or is read by a program of your own in a .jq file
    #[arg(long, help_heading = INPUT, value_name = "SYSTEM", value_parser = parse_from)]
    pub(crate) from: Option<From>,
    /// Import what is archived or deleted in that system as well
    #[arg(long, help_heading = INPUT, requires = "from", hide_short_help = true)]
    pub(crate) include_archived: bool,
    /// Import private channels as well: all members of a community see its topics
    #[arg(long, help_heading = INPUT, requires = "from", hide_short_help = true)]
    pub(crate) include_private: bool,
    /// The community of rows that name none
    #[arg(long, help_heading = INPUT, value_name = "GROUP_ID", value_parser = parse_group_id)]
    pub(crate) group_id: Option<GroupId>,
    /// A CSV file with a line source,GroupId for each source, where an export goes to several communities
    #[arg(long, help_heading = INPUT, value_name = "FILE", conflicts_with = "group_id")]
    pub(crate) groups: Option<PathBuf>,
    /// Where a field of the API is found in each row, as a name or in jq, such as TopicName=.name; can be repeated
    #[arg(long, help_heading = INPUT, value_name = "FIELD=EXPRESSION", hide_short_help = true)]
    pub(crate) map: Vec<Mapping>,
    /// Import only the rows of which this expression of jq is true, such as '.members > 3'
    #[arg(long = "where", help_heading = INPUT, value_name = "EXPRESSION", hide_short_help = true)]
    pub(crate) condition: Option<Expression>,
    /// The list in a JSON document that holds the rows, such as .data.groups
    #[arg(long, help_heading = INPUT, value_name = "PATH", hide_short_help = true)]
    pub(crate) rows_at: Option<Place>,
    /// Shorten text that is too long for its field, and list each change
    #[arg(long, help_heading = INPUT)]
    pub(crate) fit: bool,
    /// How a From_Account of digits in a CSV is sent: as text (default) or as number
    #[arg(long, help_heading = INPUT, value_name = "FORM", default_value = "text", hide_default_value = true, value_parser = account_digits_parser(), hide_possible_values = true, hide_short_help = true)]
    pub(crate) from_account_as: AccountDigits,
}

/// How many topics a community takes.
#[derive(Debug, Args)]
pub(crate) struct CommunityArguments {
    /// The most topics that a community takes (default 200)
    #[arg(
        long,
        help_heading = INPUT,
        value_name = "N",
        value_parser = parse_count::<NonZeroU64>,
        default_value_t = DOCUMENTED_TOPICS_PER_COMMUNITY,
        hide_default_value = true,
        hide_short_help = true
    )]
    pub(crate) topics_per_community: NonZeroU64,
}

impl CommunityArguments {
    pub(crate) fn check_settings(&self) -> CheckSettings {
        let mut settings = CheckSettings::default();
        settings.topics_per_community = self.topics_per_community;
        settings
    }
}

fn format_parser() -> impl clap::builder::TypedValueParser<Value = Format> {
    PossibleValuesParser::new(["jsonl", "csv", "json"]).map(|name| match &*name {
        "csv" => Format::Csv,
        "json" => Format::Json,
        _ => Format::Jsonl,
    })
}

/// What an export is read by.
#[derive(Clone, Debug)]
pub(crate) enum From {
    BuiltIn(Export),
    /// The file of a program.
    File(PathBuf),
}

fn parse_from(text: &str) -> Result<From, String> {
    if let Some(export) = Export::named(text) {
        return Ok(From::BuiltIn(export));
    }
    let path = PathBuf::from(text);
    if path.extension().is_some_and(|extension| extension == "jq") {
        return Ok(From::File(path));
    }
    let all: Vec<String> = Export::all()
        .map(|export| export.name().to_owned())
        .collect();
    Err(format!(
        "known are {}; a program of your own is in a file that ends with .jq",
        all.join(", ")
    ))
}

impl InputArguments {
    /// The first file, after which the whole is called.
    pub(crate) fn first(&self) -> &Path {
        self.files.first().map_or(Path::new(""), |file| file)
    }
}

fn account_digits_parser() -> impl clap::builder::TypedValueParser<Value = AccountDigits> {
    PossibleValuesParser::new(["number", "text"]).map(|name| match &*name {
        "text" => AccountDigits::Text,
        _ => AccountDigits::Number,
    })
}
