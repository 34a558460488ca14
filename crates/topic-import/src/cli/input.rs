//! The options that say what is read, and how.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use topic_import_bulk::check::{CheckSettings, DOCUMENTED_TOPICS_PER_COMMUNITY, Spread};
use topic_import_bulk::input::{
    AccountDigits, Export, Expression, Format, Mapping, Place, TextEncoding, TimeZone,
};
use topic_import_core::GroupId;

use super::headings::{COMMUNITIES, INPUT, OTHER_SYSTEMS};
use super::values::{parse_count, parse_group_id};

#[derive(Debug, Args)]
pub(crate) struct InputArguments {
    /// Rows as JSONL, JSON, CSV or a spreadsheet, or an export: files, a directory or a ZIP; `-` reads standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// How FILE is written, where its name does not say it: jsonl, csv, spreadsheet or json
    #[arg(long, help_heading = INPUT, value_parser = format_parser(), hide_possible_values = true, conflicts_with = "from", hide_short_help = true)]
    pub(crate) format: Option<Format>,
    /// How FILE is encoded, where it is not UTF-8 and has no byte-order mark: gbk, big5, shift_jis …
    #[arg(long, help_heading = INPUT, value_name = "NAME", hide_short_help = true)]
    pub(crate) encoding: Option<TextEncoding>,
    /// Which sheet of a spreadsheet is read (default: the first)
    #[arg(long, help_heading = INPUT, value_name = "NAME", hide_short_help = true)]
    pub(crate) sheet: Option<String>,
    /// The zone of times that are written without one, such as +08:00 or Asia/Shanghai
    #[arg(long, help_heading = INPUT, value_name = "ZONE", allow_hyphen_values = true, hide_short_help = true)]
    pub(crate) time_zone: Option<TimeZone>,
    /// FILE is an export of this system (see `sources`), or is read by your own .jq file
    #[arg(long, help_heading = OTHER_SYSTEMS, value_name = "SYSTEM", value_parser = parse_from)]
    pub(crate) from: Option<From>,
    /// Also import what is archived or deleted in that system
    #[arg(long, help_heading = OTHER_SYSTEMS, requires = "from", hide_short_help = true)]
    pub(crate) include_archived: bool,
    /// Import private channels as well: all members of a community see its topics
    #[arg(long, help_heading = OTHER_SYSTEMS, requires = "from", hide_short_help = true)]
    pub(crate) include_private: bool,
    /// The community for all rows that do not name one
    #[arg(long, help_heading = COMMUNITIES, value_name = "GROUP_ID", value_parser = parse_group_id)]
    pub(crate) group_id: Option<GroupId>,
    /// If an export goes to several communities: a CSV file or spreadsheet with lines of source,GroupId that say which team, stream or channel goes where
    #[arg(long, help_heading = COMMUNITIES, value_name = "FILE", conflicts_with = "group_id", hide_short_help = true)]
    pub(crate) groups: Option<PathBuf>,
    /// Where a field of the API is found in each row, as a name or in jq, such as TopicName=.name; can be repeated
    #[arg(long, help_heading = OTHER_SYSTEMS, value_name = "FIELD=EXPRESSION", hide_short_help = true)]
    pub(crate) map: Vec<Mapping>,
    /// Import only the rows of which this expression of jq is true, such as '.members > 3'
    #[arg(long = "where", help_heading = OTHER_SYSTEMS, value_name = "EXPRESSION", hide_short_help = true)]
    pub(crate) condition: Option<Expression>,
    /// The list in a JSON document that holds the rows, such as .data.groups
    #[arg(long, help_heading = OTHER_SYSTEMS, value_name = "PATH", hide_short_help = true)]
    pub(crate) rows_at: Option<Place>,
    /// Shorten texts that are too long for their field, and show the first changes
    #[arg(long, help_heading = INPUT)]
    pub(crate) fit: bool,
    /// Write every problem and every shortened text of FILE to a new .jsonl or .csv file
    #[arg(long, help_heading = INPUT, value_name = "FILE", hide_short_help = true)]
    pub(crate) problems: Option<PathBuf>,
    /// How to send a From_Account of digits in a CSV: text (default) or number; in JSON, the row says it
    #[arg(long, help_heading = INPUT, value_name = "FORM", default_value = "text", hide_default_value = true, value_parser = account_digits_parser(), hide_possible_values = true, hide_short_help = true)]
    pub(crate) from_account_as: AccountDigits,
}

/// Which communities there are to be, how many topics each takes, and what becomes of others.
#[derive(Debug, Args)]
pub(crate) struct CommunityArguments {
    /// Communities to import first: a .jsonl, .csv or .xlsx file with the fields of import_group
    #[arg(long, help_heading = COMMUNITIES, value_name = "FILE")]
    pub(crate) communities: Option<PathBuf>,
    /// Make the communities that rows name first, named as in their source
    #[arg(long, help_heading = COMMUNITIES, conflicts_with = "communities")]
    pub(crate) create_communities: bool,
    /// How many topics a community of your app takes (default 200)
    #[arg(long, help_heading = COMMUNITIES,
        value_name = "N",
        value_parser = parse_count::<NonZeroU64>,
        default_value_t = DOCUMENTED_TOPICS_PER_COMMUNITY,
        hide_default_value = true,
        hide_short_help = true
    )]
    pub(crate) topics_per_community: NonZeroU64,
    /// Put topics beyond a community's limit into further ones: {GroupId}-2, {GroupId}-3 and so on
    #[arg(long, help_heading = COMMUNITIES)]
    pub(crate) spread: bool,
    /// The map of an earlier run (report --rows FILE): topics in it stay in the community where they are
    #[arg(long, help_heading = COMMUNITIES, value_name = "FILE", requires = "spread", hide_short_help = true)]
    pub(crate) placed: Option<PathBuf>,
}

impl CommunityArguments {
    /// What an input is checked against, but for where an earlier run has put its topics.
    pub(crate) fn check_settings(&self) -> CheckSettings {
        let mut settings = CheckSettings::default();
        settings.topics_per_community = self.topics_per_community;
        settings.spread = self.spread.then(Spread::default);
        settings
    }
}

fn format_parser() -> impl clap::builder::TypedValueParser<Value = Format> {
    PossibleValuesParser::new(["jsonl", "csv", "spreadsheet", "json"]).map(|name| match &*name {
        "csv" => Format::Csv,
        "spreadsheet" => Format::Spreadsheet,
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
