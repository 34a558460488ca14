//! How an input is read, as the arguments say it, and what becomes of it on the way.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use topic_import_bulk::input::{
    Export, Fingerprint, Groups, GroupsError, InputRow, LeftOut, LeftOutReason, Mappings, Problem,
    ProblemRule, TextEncoding,
};
use topic_import_bulk::{CheckReport, Format, Input, RowSettings};
use topic_import_core::Field;

use crate::cli::input::InputArguments;
use crate::exit::CannotStart;
use crate::show::out;
use crate::show::problem_file::ProblemFile;
use crate::show::text;

/// How the rows are written.
pub(crate) fn format(arguments: &InputArguments) -> Result<Format, CannotStart> {
    let path = &arguments.file;
    let detected = arguments.format.or_else(|| Format::detect(path));
    // Newer spreadsheets are archives as well.
    if detected != Some(Format::Spreadsheet) && is_archive(path) {
        return Err(CannotStart::new(format!(
            "{} is an archive: unpack it, and name the file in it that lists the channels\n\
             (Slack: channels.json, Mattermost: import.jsonl).",
            text::path(path)
        )));
    }
    if let Some(export) = arguments.from {
        return Ok(Format::Export(export));
    }
    match detected {
        Some(format) => Ok(format),
        None if path.is_dir() => Err(CannotStart::new(format!(
            "cannot read {}: it is a directory: name a file",
            text::path(path)
        ))),
        None => Err(CannotStart::new(format!(
            "{}: the name does not say how the rows are written: give --format jsonl, csv, spreadsheet or json,\n\
             or --from where another system exported it",
            name(arguments)
        ))),
    }
}

/// Exports are handed out as ZIP, and packed with gzip by those who keep them.
fn is_archive(path: &Path) -> bool {
    let is_file = std::fs::metadata(path).is_ok_and(|data| data.is_file());
    let start = if is_file {
        beginning(path, 4)
    } else {
        Vec::new()
    };
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"\x1f\x8b")
}

/// What can be read of a file's first bytes.
fn beginning(path: &Path, bytes: u64) -> Vec<u8> {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(bytes).read_to_end(&mut start));
    // Whoever reads it whole says what is wrong with it.
    read.map_or_else(|_| Vec::new(), |_| start)
}

/// What holds for every row.
pub(crate) fn settings(arguments: &InputArguments) -> Result<RowSettings, CannotStart> {
    let mut settings = RowSettings::default();
    settings.encoding = arguments.encoding;
    settings.sheet.clone_from(&arguments.sheet);
    settings.time_zone.clone_from(&arguments.time_zone);
    settings.group_id.clone_from(&arguments.group_id);
    settings.account_digits = arguments.from_account_as;
    settings.include_archived = arguments.include_archived;
    settings.fit = arguments.fit;
    settings.mappings = Mappings::new(arguments.map.iter().cloned())
        .map_err(|error| CannotStart::new(format!("--map: {error}")))?;
    if let Some(path) = &arguments.groups {
        let has_sources = arguments
            .from
            .is_some_and(topic_import_bulk::input::Export::has_several_groups);
        if !has_sources && !settings.mappings.has(Field::GroupId) {
            return Err(CannotStart::new(
                "--groups: nothing says which row belongs to which source.\n\
                 Give --group-id where all rows are one community, or say with --map GroupId=path what to look up.",
            ));
        }
        settings.groups = Some(groups(path, arguments.encoding)?);
    }
    Ok(settings)
}

/// The list may be in the encoding of the input, or in UTF-8.
fn groups(path: &Path, encoding: Option<TextEncoding>) -> Result<Groups, CannotStart> {
    let shown = text::path(path);
    let bytes = fs::read(path).map_err(|error| {
        CannotStart::new(format!("cannot read {shown}: {}", text::io_error(&error)))
    })?;
    let encoding = encoding.filter(|_| std::str::from_utf8(&bytes).is_err());
    Groups::read_in(&*bytes, encoding).map_err(|error| match error {
        GroupsError::Encoding { line, what } => CannotStart::new(format!(
            "{shown}:{line}: {}",
            with_remedy(what, NAME_ENCODING)
        )),
        GroupsError::Line { line, what } => {
            CannotStart::new(format!("{shown}:{line}: {}", text::one_line(what)))
        }
        error => CannotStart::new(format!("{shown} {}", text::chain(&error))),
    })
}

/// Whether the rows have a header.
pub(crate) fn has_header(arguments: &InputArguments) -> bool {
    matches!(format(arguments), Ok(Format::Csv | Format::Spreadsheet))
}

/// Whether an export has text that is too long and could be shortened.
pub(crate) fn could_be_fitted(arguments: &InputArguments, checked: &CheckReport) -> bool {
    let is_too_long = |problem: &Problem| problem.rule == ProblemRule::MaxBytes;
    let own = checked.own_communities.iter().flat_map(|own| &own.problems);
    let mut problems = checked.problems.iter().chain(own);
    arguments.from.is_some() && !arguments.fit && problems.any(is_too_long)
}

/// A problem, and which option of this program mends it where one does.
pub(crate) fn problem_line(problem: &Problem) -> String {
    match option_for(problem) {
        Some(remedy) => text::one_line(with_remedy(problem, remedy)),
        None => text::one_line(problem),
    }
}

/// Says of each problem which option of this program mends it.
pub(crate) fn add_options(report: &mut CheckReport) {
    report.problems.iter_mut().for_each(add_option);
}

/// Says which option of this program mends a problem, where one does.
pub(crate) fn add_option(problem: &mut Problem) {
    if let Some(remedy) = option_for(problem) {
        problem.message = with_remedy(&problem.message, remedy).into();
    }
}

/// The file for all problems, where one is asked for.
pub(crate) fn problem_file(arguments: &InputArguments) -> Result<Option<ProblemFile>, CannotStart> {
    let path = arguments.problems.as_deref();
    path.map(ProblemFile::create).transpose()
}

/// What is wrong, and which option mends it. Where the problem names a remedy of its own, the option is another.
fn with_remedy(problem: impl fmt::Display, remedy: &str) -> String {
    let joint = if remedy.starts_with("or ") { "," } else { ":" };
    format!("{problem}{joint} {remedy}")
}

const NAME_ENCODING: &str = "or name its encoding with --encoding, such as --encoding gbk";

fn option_for(problem: &Problem) -> Option<&'static str> {
    Some(match problem.rule {
        ProblemRule::Encoding => NAME_ENCODING,
        ProblemRule::NoTimeZone => "or name the zone with --time-zone, such as --time-zone +08:00",
        ProblemRule::OtherFormat => "is --format or --from right?",
        ProblemRule::OtherSystem if problem.element.is_some() => "check --from",
        ProblemRule::OtherSystem => "check the file and --from",
        ProblemRule::NoCommunity if problem.found.is_null() => "name one with --group-id",
        ProblemRule::NoCommunity => "name one with --groups, or one for all with --group-id",
        _ => return None,
    })
}

/// Says what of a row was shortened.
pub(crate) fn note_shortened(arguments: &InputArguments) -> impl FnMut(&InputRow) + use<> {
    let file = name(arguments);
    move |row| {
        for line in shortened_lines(&file, row) {
            out::note(&line);
        }
    }
}

/// Says what of an input becomes no topic, where that is no problem.
pub(crate) fn note_left_out(report: &CheckReport, arguments: &InputArguments) {
    let file = name(arguments);
    if let Some(line) = sheet_line(&file, report, arguments) {
        out::note(&line);
    }
    if report.header_is_bad {
        return;
    }
    let notes = [
        left_out_line(&file, &report.left_out),
        repeated_line(&file, report),
        names_line(&file, report),
        unnamed_sources_line(report, arguments),
        no_rows_line(&file, report),
    ];
    for line in notes.into_iter().flatten() {
        out::note(&line);
    }
}

/// Which sheet was read, where there are several and none was named.
fn sheet_line(file: &str, checked: &CheckReport, arguments: &InputArguments) -> Option<String> {
    let sheet = checked.sheet.as_ref()?;
    let sheets = sheet.others.len() + 1;
    (sheets > 1 && arguments.sheet.is_none()).then(|| {
        let name = &sheet.name;
        text::one_line(format_args!(
            "{file}: the sheet {name:?} is read, of {sheets}: --sheet names another"
        ))
    })
}

/// How many rows repeat others wholly; `None` where none does.
fn repeated_line(file: &str, checked: &CheckReport) -> Option<String> {
    let alike = checked.repeated?;
    let (what, each) = match alike.rows {
        1 => ("1 row repeats another".to_owned(), "it is"),
        rows => (format!("{rows} rows repeat others"), "each is"),
    };
    Some(format!(
        "{file}: {what} wholly (line {} is as line {}): {each} a topic of its own",
        alike.line, alike.first_line
    ))
}

/// How many names became equal to others when they were shortened; `None` where none did.
fn names_line(file: &str, checked: &CheckReport) -> Option<String> {
    let alike = checked.names_made_equal?;
    let what = match alike.rows {
        1 => "1 name is that of another topic".to_owned(),
        rows => format!("{rows} names are those of other topics"),
    };
    Some(format!(
        "{file}: since they were shortened, {what} in the same community (line {} is as line {})",
        alike.line, alike.first_line
    ))
}

/// A line for every text of a row that was shortened.
fn shortened_lines(file: &str, row: &InputRow) -> impl Iterator<Item = String> {
    let element = row.element.as_ref();
    let place = match element {
        Some(element) => format!("{file}:{}: {element}", row.line),
        None => format!("{file}:{}", row.line),
    };
    let shortened = row.shortened.iter();
    shortened.map(move |text| format!("{place}: {}", text::one_line(text)))
}

/// What of an export becomes no topic; `None` where all does.
fn left_out_line(file: &str, left_out: &LeftOut) -> Option<String> {
    let counts: Vec<String> = left_out
        .counts()
        .map(|(reason, count)| {
            let remedy = match reason {
                LeftOutReason::Archived => " (--include-archived takes them)",
                _ => "",
            };
            format!("{count} {}{remedy}", reason.name())
        })
        .collect();
    (!counts.is_empty()).then(|| format!("{file}: left out: {}", counts.join(", ")))
}

/// The names in the list of groups that fit nothing; `None` where there are none.
fn unnamed_sources_line(checked: &CheckReport, arguments: &InputArguments) -> Option<String> {
    const LISTED: usize = 5;
    let sources = &checked.unnamed_sources;
    let path = arguments.groups.as_ref().filter(|_| !sources.is_empty())?;
    let listed: Vec<String> = sources
        .iter()
        .take(LISTED)
        .map(|name| format!("{name:?}"))
        .collect();
    let further = sources.len().saturating_sub(LISTED);
    let further = if further > 0 {
        format!(" and {further} more")
    } else {
        String::new()
    };
    Some(format!(
        "{}: no row belongs to {}{further}: is the name as it is there?",
        text::path(path),
        listed.join(", ")
    ))
}

/// That there is nothing, where that is all there is to say.
fn no_rows_line(file: &str, checked: &CheckReport) -> Option<String> {
    let is_empty = checked.rows == 0 && checked.problems_total == 0;
    let is_left_out = checked.left_out.counts().next().is_some();
    match (is_empty, is_left_out) {
        (true, false) => Some(format!(
            "{file}: no topic in it: is it the right file, and whole?"
        )),
        (true, true) => Some(format!("{file}: nothing is left to import")),
        _ => None,
    }
}

/// How to read what looks like another system's file.
pub(crate) fn foreign_hint(
    arguments: &InputArguments,
    checked: &CheckReport,
) -> Option<&'static str> {
    let is_as_it_is = arguments.from.is_none() && arguments.map.is_empty();
    let is_unknown = |problem: &Problem| problem.rule == ProblemRule::UnknownField;
    let is_foreign = checked.rows > 0
        && checked.invalid == checked.rows
        && checked.problems.iter().any(is_unknown);
    (is_as_it_is && is_foreign).then_some(
        "If another system wrote this file, --from names it, or --map TopicName=PATH says where a field is.",
    )
}

/// How to bring more topics than one community takes; `None` where that is not the matter.
pub(crate) fn communities_hint(
    arguments: &InputArguments,
    checked: &CheckReport,
) -> Option<String> {
    let is_too_many = |problem: &Problem| problem.rule == ProblemRule::MaxTopics;
    if !checked.problems.iter().any(is_too_many) {
        return None;
    }
    let how = match arguments.from {
        None => "by its GroupId",
        Some(Export::Slack | Export::Discord) => {
            "with --groups FILE --map GroupId=.id, where FILE is CSV of channel ID,GroupId"
        }
        Some(Export::Mattermost) => {
            "with --groups FILE, where FILE is CSV of team,GroupId, or of channel,GroupId\n\
             with --map GroupId=.name"
        }
        Some(Export::Zulip) => {
            "with --groups FILE, where FILE is CSV of stream,GroupId, or of topic,GroupId\n\
             with --map GroupId=.topic"
        }
    };
    Some(format!(
        "--spread puts them into further communities, called {{GroupId}}-2 and so on.\n\
         Or say where each topic goes {how}.\n\
         Where the app's limit is larger, say so with --topics-per-community."
    ))
}

/// The input that the arguments name.
pub(crate) fn open(arguments: &InputArguments) -> Result<Input, CannotStart> {
    let path = &arguments.file;
    let format = format(arguments)?;
    refuse_what_does_not_apply(arguments, format)?;
    let settings = settings(arguments)?;
    Ok(if is_stdin(path) {
        Input::stream(name(arguments), io::stdin(), format, settings)
    } else {
        Input::file(path, format, settings)
    })
}

/// An option that would do nothing is a mistake.
fn refuse_what_does_not_apply(
    arguments: &InputArguments,
    format: Format,
) -> Result<(), CannotStart> {
    let is_spreadsheet = format == Format::Spreadsheet;
    let why = if arguments.sheet.is_some() && !is_spreadsheet {
        "--sheet: {} is no spreadsheet: leave it out"
    } else if arguments.encoding.is_some() && is_spreadsheet {
        "--encoding: {} is a spreadsheet, which says itself how it is encoded: leave it out"
    } else {
        return Ok(());
    };
    Err(CannotStart::new(why.replace("{}", &name(arguments))))
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Standard input, or a pipe under a name, such as a shell's `<(…)`: read a second time, it would be empty.
pub(crate) fn is_read_once(path: &Path) -> bool {
    is_stdin(path) || fs::metadata(path).is_ok_and(|data| !data.is_file() && !data.is_dir())
}

/// The input's name in messages.
pub(crate) fn name(arguments: &InputArguments) -> String {
    if is_stdin(&arguments.file) {
        return "standard input".into();
    }
    text::path(&arguments.file)
}

/// What tells the input's content from any other.
pub(crate) fn fingerprint(input: &Input) -> Result<Fingerprint, CannotStart> {
    input
        .fingerprint()
        .map_err(|error| CannotStart::new(text::chain(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use topic_import_bulk::Input;
    use topic_import_bulk::check::check;

    /// What is said of the first problem of an input.
    fn said(text: &str, format: Format) -> (String, String) {
        let input = Input::bytes(text.as_bytes(), format, RowSettings::default());
        let mut report = check(&input).unwrap();
        let line = problem_line(&report.problems[0]);
        add_options(&mut report);
        (line, report.problems[0].to_string())
    }

    #[test]
    fn the_option_that_mends_a_problem_is_named() {
        for (text, format, line) in [
            (
                "[]\n[]",
                Format::Json,
                "2: something follows the end of the document: is --format or --from right?",
            ),
            (
                "{}",
                Format::Export(Export::Slack),
                "1: is not a list of channels as Slack exports it (channels.json): check the file and --from",
            ),
            (
                "[{\"id\":7,\"name\":\"a\"}]",
                Format::Export(Export::Slack),
                "1: channel 1 \"a\": `.id` is a number, and no ID of Slack: check --from",
            ),
            (
                "[{\"id\":\"x\",\"name\":\"a\"}]",
                Format::Export(Export::Discord),
                "1: channel 1 \"a\": CreateTime: cannot be told: `.id` is \"x\", and no ID of Discord: check --from",
            ),
            (
                "{}",
                Format::Export(Export::Mattermost),
                "1: does not say what it holds: a line of a Mattermost bulk export has a `type`: check the file and --from",
            ),
            (
                "[{\"id\":\"C1\",\"name\":\"a\"}]",
                Format::Export(Export::Slack),
                "1: channel 1 \"a\": GroupId: the workspace becomes no community yet: name one with --group-id",
            ),
            (
                "{\"type\":\"channel\",\"channel\":{\"team\":\"t\",\"name\":\"a\"}}",
                Format::Export(Export::Mattermost),
                "1: channel \"a\": GroupId: the team \"t\" becomes no community yet: \
                 name one with --groups, or one for all with --group-id",
            ),
            (
                "{",
                Format::Jsonl,
                "1: column 1: EOF while parsing an object: a row is one JSON object on one line",
            ),
        ] {
            assert_eq!(said(text, format), (line.to_owned(), line.to_owned()));
        }
    }
}
