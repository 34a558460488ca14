//! How an input is read, as the arguments say it, and what becomes of it on the way.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use serde_json::Value;
use topic_import_bulk::{
    CheckReport, Export, Fingerprint, Format, Groups, GroupsError, Input, LeftOut, LeftOutReason,
    MAX_LINE_BYTES, Mappings, Problem, ProblemRule, Row, RowSettings,
};
use topic_import_core::Field;

use crate::cli::input::InputArguments;
use crate::exit::CannotStart;
use crate::show::text;

/// How the rows are written.
pub(crate) fn format(arguments: &InputArguments) -> Result<Format, CannotStart> {
    let path = &arguments.file;
    if is_archive(path) {
        return Err(CannotStart::new(format!(
            "{} is an archive: unpack it, and name the file in it that lists the channels\n\
             (Slack: channels.json, Mattermost: import.jsonl).",
            text::path(path)
        )));
    }
    if let Some(export) = arguments.from {
        return Ok(Format::Export(export));
    }
    if let Some(format) = arguments.format {
        return Ok(format);
    }
    match Format::from_extension(path) {
        Some(Format::Jsonl) if is_document(path) => Ok(Format::Json),
        Some(format) => Ok(format),
        None if path.is_dir() => Err(CannotStart::new(format!(
            "cannot read {}: it is a directory: name a file",
            text::path(path)
        ))),
        None => Err(CannotStart::new(format!(
            "{}: the name does not say how the rows are written: give --format jsonl, csv or json,\n\
             or --from where another system exported it",
            name(arguments)
        ))),
    }
}

/// Whether a file that is called `.json` is one document, and not an object on each line.
fn is_document(path: &Path) -> bool {
    let is_called_json = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let is_file = || std::fs::metadata(path).is_ok_and(|data| data.is_file());
    if !is_called_json || !is_file() {
        return false;
    }
    let begins = File::open(path).and_then(|file| begins_a_document(BufReader::new(file)));
    // Whoever reads it whole says what is wrong with it.
    begins.unwrap_or(false)
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

/// A document begins with a list, with an object that goes on after its line, or with one that is alone and holds a
/// list of objects. Of a line that is longer than a row may be only its ends are looked at.
fn begins_a_document(mut text: impl BufRead) -> io::Result<bool> {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    if text.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        text.consume(BYTE_ORDER_MARK.len());
    }
    match first_byte(&mut text)? {
        Some(b'[') => return Ok(true),
        Some(b'{') => {}
        _ => return Ok(false),
    }
    let mut line = Vec::new();
    let most = MAX_LINE_BYTES as u64 + 1;
    text.by_ref().take(most).read_until(b'\n', &mut line)?;
    let mut last_byte = line.trim_ascii_end().last().copied();
    let is_whole = line.len() <= MAX_LINE_BYTES || line.ends_with(b"\n");
    if !is_whole {
        last_byte = last_byte_of_line(&mut text)?.or(last_byte);
    }
    let next_byte = first_byte(&mut text)?;
    // No comma stands between them, so that they are two values.
    if (last_byte, next_byte) == (Some(b'}'), Some(b'{')) {
        return Ok(false);
    }
    Ok(match serde_json::from_slice::<Value>(&line) {
        _ if !is_whole => true,
        Ok(Value::Object(members)) => {
            next_byte.is_none() && members.values().any(is_list_of_objects)
        }
        Ok(_) => false,
        Err(error) => error.is_eof(),
    })
}

/// The next byte that is no white space; it is not read yet.
fn first_byte(text: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let available = text.fill_buf()?;
        let first = available
            .iter()
            .position(|byte| !byte.is_ascii_whitespace());
        let (passed, is_over) = (first.unwrap_or(available.len()), available.is_empty());
        let byte = first.map(|first| available[first]);
        text.consume(passed);
        if byte.is_some() || is_over {
            return Ok(byte);
        }
    }
}

/// The last byte of the rest of a line that is no white space; the line is read then.
fn last_byte_of_line(text: &mut impl BufRead) -> io::Result<Option<u8>> {
    let mut last = None;
    loop {
        let available = text.fill_buf()?;
        let end = available.iter().position(|byte| *byte == b'\n');
        let part = &available[..end.unwrap_or(available.len())];
        last = part.trim_ascii_end().last().copied().or(last);
        let (passed, is_over) = (part.len(), end.is_some() || available.is_empty());
        text.consume(passed);
        if is_over {
            return Ok(last);
        }
    }
}

fn is_list_of_objects(value: &Value) -> bool {
    let items = value.as_array().into_iter().flatten();
    items.take(1).any(Value::is_object)
}

/// What holds for every row.
pub(crate) fn settings(arguments: &InputArguments) -> Result<RowSettings, CannotStart> {
    let mut settings = RowSettings::default();
    settings.group_id.clone_from(&arguments.group_id);
    settings.account_digits = arguments.from_account_as;
    settings.include_archived = arguments.include_archived;
    settings.fit = arguments.fit;
    settings.mappings = Mappings::new(arguments.map.iter().cloned())
        .map_err(|error| CannotStart::new(format!("--map: {error}")))?;
    if let Some(path) = &arguments.groups {
        let has_sources = arguments
            .from
            .is_some_and(topic_import_bulk::Export::has_several_groups);
        if !has_sources && !settings.mappings.has(Field::GroupId) {
            return Err(CannotStart::new(
                "--groups: nothing says which row belongs to which source.\n\
                 Give --group-id where all rows are one community, or say with --map GroupId=path what to look up.",
            ));
        }
        settings.groups = Some(groups(path)?);
    }
    Ok(settings)
}

fn groups(path: &Path) -> Result<Groups, CannotStart> {
    let shown = text::path(path);
    let file = File::open(path).map_err(|error| {
        CannotStart::new(format!("cannot read {shown}: {}", text::io_error(&error)))
    })?;
    Groups::read(file).map_err(|error| match error {
        GroupsError::Line { line, what } => {
            CannotStart::new(format!("{shown}:{line}: {}", text::one_line(what)))
        }
        error => CannotStart::new(format!("{shown} {}", text::chain(&error))),
    })
}

/// Whether the rows have a header.
pub(crate) fn has_header(arguments: &InputArguments) -> bool {
    matches!(format(arguments), Ok(Format::Csv))
}

/// Whether an export has text that is too long and could be shortened.
pub(crate) fn could_be_fitted(arguments: &InputArguments, checked: &CheckReport) -> bool {
    let is_too_long = |problem: &Problem| problem.rule == ProblemRule::MaxBytes;
    arguments.from.is_some() && !arguments.fit && checked.problems.iter().any(is_too_long)
}

/// A line for every text of a row that was shortened.
pub(crate) fn shortened_lines(file: &str, row: &Row) -> impl Iterator<Item = String> {
    let element = row.element.as_ref();
    let place = match element {
        Some(element) => format!("{file}:{}: {element}", row.line),
        None => format!("{file}:{}", row.line),
    };
    let shortened = row.shortened.iter();
    shortened.map(move |text| format!("{place}: {}", text::one_line(text)))
}

/// What of an export becomes no topic; `None` where all does.
pub(crate) fn left_out_line(file: &str, left_out: &LeftOut) -> Option<String> {
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
pub(crate) fn unnamed_sources_line(
    checked: &CheckReport,
    arguments: &InputArguments,
) -> Option<String> {
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
pub(crate) fn no_rows_line(file: &str, checked: &CheckReport) -> Option<String> {
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
        None => "by their GroupId",
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
        "Topics are spread over communities {how}.\n\
         Where the app's limit is larger, say so with --topics-per-community."
    ))
}

/// The input that the arguments name.
pub(crate) fn open(arguments: &InputArguments) -> Result<Input, CannotStart> {
    let path = &arguments.file;
    let format = format(arguments)?;
    let settings = settings(arguments)?;
    let spooled = if is_stdin(path) {
        Input::spool(io::stdin().lock(), format, settings)
    } else if is_read_once(path) {
        Input::pipe(path, format, settings)
    } else {
        return Ok(Input::file(path, format, settings));
    };
    spooled.map_err(|error| CannotStart::new(text::chain(&error)))
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
    use super::{MAX_LINE_BYTES, begins_a_document};

    #[test]
    fn a_document_is_told_from_lines() {
        for (text, is_document) in [
            ("[", true),
            ("[]\n[]\n", true),
            ("{\n  \"rooms\": [", true),
            ("{\"ok\":true,\"rooms\":[{\"name\":\"a\"}]}\r\n", true),
            ("{\"rooms\":[{\"name\":", true),
            ("{\"rooms\":[{}]}\n{\"rooms\":[{}]}\n", false),
            ("{\"name\":\"a\",\"tags\":[\"x\"]}\n", false),
            ("{\"name\":\"a\"}\n{\"name\":\"b\"", false),
            ("{name\n", false),
            ("7", false),
            ("", false),
        ] {
            assert_eq!(
                begins_a_document(text.as_bytes()).unwrap(),
                is_document,
                "{text}"
            );
        }
    }

    #[test]
    fn a_document_is_told_from_lines_however_long_the_first_one_is() {
        let lengths = [
            64 * 1024,
            MAX_LINE_BYTES - 1,
            MAX_LINE_BYTES,
            MAX_LINE_BYTES + 1,
            3 * MAX_LINE_BYTES,
        ];
        for length in lengths {
            let filling = "x".repeat(length - r#"{"name":""}"#.len());
            let row = format!("{{\"name\":\"{filling}\"}}");
            assert_eq!(row.len(), length);
            for (text, is_document) in [
                (format!("\u{feff}{row}\n{row}\n"), false),
                (format!("{row} \r\n\r\n {{}}"), false),
                (format!("{{\"rooms\":[{row}]}}\n{{}}"), false),
                (format!("{{\"rooms\":[{row}]}}\n"), true),
                (format!("{{\"rooms\":[{row},\n{row}]}}\n"), true),
                (format!("{{\"rooms\":[{row}\n,{row}]}}\n"), true),
                (format!("[{row}\n,{row}]\n"), true),
            ] {
                assert_eq!(
                    begins_a_document(text.as_bytes()).unwrap(),
                    is_document,
                    "{length}: … {}",
                    &text[text.len() - 20..]
                );
            }
        }
    }
}
