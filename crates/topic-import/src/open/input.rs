//! Opens the input that the arguments name, and tells what was left out or changed when it was read.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use topic_import_bulk::check::{Alike, CheckReport, ProblemKind};
use topic_import_bulk::input::{
    Element, Export, Fingerprint, Format, Groups, GroupsError, Input, InputRow, LeftOut,
    LeftOutReason, Mapping, Mappings, Problem, ProblemRule, RowSettings, TextEncoding,
};
use topic_import_core::Field;

use crate::cli::input::{From, InputArguments};
use crate::exit::CannotStart;
use crate::show::out;
use crate::show::problem_file::ProblemFile;
use crate::show::shell;
use crate::show::text;

/// The format of the rows.
pub(crate) fn format(arguments: &InputArguments) -> Result<Format, CannotStart> {
    if let Some(export) = export(arguments)? {
        return Ok(Format::Export(export));
    }
    if arguments.rows_at.is_some() {
        return match &arguments.format {
            None | Some(Format::Json) => Ok(Format::Json),
            Some(_) => Err(CannotStart::new(
                "--rows-at: only JSON documents have lists to choose from".to_owned(),
            )),
        };
    }
    if let Some(format) = &arguments.format {
        return Ok(format.clone());
    }
    let mut formats = arguments.files.iter().map(|path| detected(path));
    let Some(first) = formats.next().transpose()? else {
        return Err(CannotStart::new("name a file".to_owned()));
    };
    for (other, path) in formats.zip(&arguments.files[1..]) {
        if other? != first {
            return Err(CannotStart::new(format!(
                "{} is not written as {} is: give files of one format together, or --format",
                text::path(path),
                name(arguments)
            )));
        }
    }
    Ok(first)
}

/// The format of a file, by its name and by how it begins.
fn detected(path: &Path) -> Result<Format, CannotStart> {
    const HOW: &str = "give --format jsonl, csv, spreadsheet or json,\nor --from where another system exported it";
    let shown = if is_stdin(path) {
        "standard input".to_owned()
    } else {
        text::path(path)
    };
    if let Some(format) = Format::detect(path) {
        return Ok(format);
    }
    if let (false, Err(error)) = (is_stdin(path), fs::metadata(path)) {
        let why = text::io_error(&error);
        return Err(CannotStart::new(format!("cannot read {shown}: {why}")));
    }
    let what = if path.is_dir() {
        " is a directory, and nothing says which of its files are to be read"
    } else if is_zip(path) {
        " is an archive, and nothing says which of its files are to be read"
    } else {
        ": the name does not say how the rows are written"
    };
    Err(CannotStart::new(format!("{shown}{what}: {HOW}")))
}

/// What an export is read by; `None` where the input is none.
fn export(arguments: &InputArguments) -> Result<Option<Export>, CannotStart> {
    let path = match &arguments.from {
        None => return Ok(None),
        Some(From::BuiltIn(export)) => return Ok(Some(export.clone())),
        Some(From::File(path)) => path,
    };
    let shown = text::path(path);
    let program = fs::read_to_string(path).map_err(|error| {
        CannotStart::new(format!("cannot read {shown}: {}", text::io_error(&error)))
    })?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    match Export::parse(&name, program) {
        Ok(export) => Ok(Some(export)),
        Err(error) => Err(CannotStart::new(format!(
            "{shown}: {}",
            text::chain(&error)
        ))),
    }
}

fn is_zip(path: &Path) -> bool {
    let is_file = fs::metadata(path).is_ok_and(|data| data.is_file());
    is_file && beginning(path, 4).starts_with(b"PK\x03\x04")
}

/// The first bytes of a file, or nothing if it cannot be read.
fn beginning(path: &Path, bytes: u64) -> Vec<u8> {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(bytes).read_to_end(&mut start));
    // The error is reported later, when the whole file is read.
    read.map_or_else(|_| Vec::new(), |_| start)
}

/// The settings with which every row is read.
pub(crate) fn settings(arguments: &InputArguments) -> Result<RowSettings, CannotStart> {
    let mut settings = RowSettings::default();
    settings.encoding = arguments.encoding;
    settings.sheet.clone_from(&arguments.sheet);
    settings.time_zone.clone_from(&arguments.time_zone);
    settings.group_id.clone_from(&arguments.group_id);
    settings.account_digits = arguments.from_account_as;
    settings.include_archived = arguments.include_archived;
    settings.include_private = arguments.include_private;
    settings.condition.clone_from(&arguments.condition);
    settings.rows_at.clone_from(&arguments.rows_at);
    settings.fit = arguments.fit;
    settings.mappings = Mappings::new(arguments.map.iter().cloned())
        .map_err(|error| CannotStart::new(format!("--map: {error}")))?;
    if let Some(path) = &arguments.groups {
        let has_sources = export(arguments)?.is_some_and(|export| export.has_groups());
        if !has_sources && !settings.mappings.has(Field::GroupId) {
            return Err(CannotStart::new(
                "--groups: nothing says which row belongs to which source.\n\
                 If all rows belong to one community, give --group-id; otherwise say with --map GroupId=EXPRESSION what to look up.",
            ));
        }
        settings.groups = Some(groups(path, arguments)?);
    }
    Ok(settings)
}

/// The list may be in the encoding of the input, or in UTF-8.
fn groups(path: &Path, arguments: &InputArguments) -> Result<Groups, CannotStart> {
    let shown = text::path(path);
    let bytes = fs::read(path).map_err(|error| {
        CannotStart::new(format!("cannot read {shown}: {}", text::io_error(&error)))
    })?;
    let encoding = unless_utf8(&bytes, arguments.encoding);
    let zone = arguments.time_zone.as_ref();
    let groups = if Format::detect(path) == Some(Format::Spreadsheet) {
        Groups::read_sheet(&*bytes, zone)
    } else {
        Groups::read_in(&*bytes, encoding, zone)
    };
    groups.map_err(|error| match error {
        GroupsError::Encoding { line, what } => CannotStart::new(format!(
            "{shown}:{line}: {}",
            with_remedy(
                what,
                &name_encoding(&encoding.map_or_else(String::new, |tried| tried.to_string()))
            )
        )),
        GroupsError::NoTimeZone { line, what } => CannotStart::new(format!(
            "{shown}:{line}: {}",
            with_remedy(text::one_line(what), NAME_TIME_ZONE)
        )),
        GroupsError::Line { line, what } => {
            CannotStart::new(format!("{shown}:{line}: {}", text::one_line(what)))
        }
        error => CannotStart::new(format!("{shown} {}", text::chain(&error))),
    })
}

/// The encoding of the rows, for a list beside them that may be in UTF-8.
pub(crate) fn unless_utf8(list: &[u8], encoding: Option<TextEncoding>) -> Option<TextEncoding> {
    encoding.filter(|_| std::str::from_utf8(list).is_err())
}

/// Whether the rows have a header.
pub(crate) fn has_header(arguments: &InputArguments) -> bool {
    matches!(format(arguments), Ok(Format::Csv | Format::Spreadsheet))
}

/// Whether an export has texts that are too long and that `--fit` would shorten.
pub(crate) fn could_be_fitted(arguments: &InputArguments, checked: &CheckReport) -> bool {
    let is_too_long = |problem: &Problem| problem.rule == ProblemRule::MaxBytes;
    let own = checked.own_communities.iter().flat_map(|own| &own.problems);
    let mut problems = checked.problems.iter().chain(own);
    arguments.from.is_some() && !arguments.fit && problems.any(is_too_long)
}

/// A problem of a row in this file, and which option of this program mends it where one does.
pub(crate) fn problem_line(file: &str, problem: &Problem, mappings: &[Mapping]) -> String {
    line_with_option(file, problem, Some(mappings))
}

/// A problem of a community in this file, and which option mends it where one does.
pub(crate) fn community_problem_line(file: &str, problem: &Problem) -> String {
    line_with_option(file, problem, None)
}

fn line_with_option(file: &str, problem: &Problem, of_rows: Option<&[Mapping]>) -> String {
    let problem_there = text::one_line(problem.in_input(file));
    match option_for(problem, of_rows) {
        Some(remedy) => with_remedy(problem_there, &remedy),
        None => problem_there,
    }
}

/// Appends to each problem the option of this program that solves it, if there is one.
pub(crate) fn add_options(report: &mut CheckReport, mappings: &[Mapping]) {
    let problems = report.problems.iter_mut();
    problems.for_each(|problem| add_option(problem, mappings));
}

/// Says which option of this program mends a problem, where one does.
pub(crate) fn add_option(problem: &mut Problem, mappings: &[Mapping]) {
    if let Some(remedy) = option_for(problem, Some(mappings)) {
        problem.message = with_remedy(&problem.message, &remedy).into();
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

/// How to say in which zone times without one are.
const NAME_TIME_ZONE: &str = "or name the zone with --time-zone, such as --time-zone +08:00";

/// How `CreateTime` of rows is found, for an expression to begin with.
fn create_time_path(mappings: &[Mapping]) -> String {
    let field = format!("{}=", Field::CreateTime.name());
    let mappings = mappings.iter().map(ToString::to_string);
    let mut mapped = mappings.filter_map(|mapping| Some(mapping.strip_prefix(&field)?.to_owned()));
    match mapped.next_back() {
        None => ".CreateTime".to_owned(),
        Some(path) if path.contains('|') => format!("({path})"),
        Some(path) if path.starts_with(['.', '(']) => path,
        Some(column) => format!(".[{column:?}]"),
    }
}

/// How rows can say in which order day and month are, where `strptime` reads a date by this format. What is empty stays so, and
/// so does what begins with the year, or is seconds.
fn name_date_order(path: &str, format: &str) -> String {
    let mapping = format!(
        "CreateTime=({path} // empty) | if tostring | test(\"^[0-9]{{4}}\") then . \
         else strptime({format:?}) | strftime(\"%Y-%m-%d %H:%M:%S\") end"
    );
    let other = if format.starts_with("%d") {
        "month"
    } else {
        "day"
    };
    format!(
        "or say it in an expression, such as --map {} (exchange %d and %m where the {other} comes first)",
        shell::word(mapping.as_bytes())
    )
}

/// How rows can make a time of the number of a day, with a point or a comma: the first second of 1970 is the beginning of day
/// 25569. What is empty, a date or seconds stays so.
fn count_days(path: &str) -> String {
    let mapping = format!(
        "CreateTime=({path} // empty) | tostring | if test(\"^[0-9]{{5}}([.,][0-9]+)?$\") \
         then ((sub(\",\"; \".\") | tonumber) - 25569) * 86400 | round | strftime(\"%Y-%m-%d %H:%M:%S\") else . end"
    );
    format!(
        "or count in an expression, such as --map {}",
        shell::word(mapping.as_bytes())
    )
}

/// How to name an encoding, where this one is not that of the input.
fn name_encoding(other_than: &str) -> String {
    const FREQUENT: [(&str, &str); 3] = [
        ("windows-1252", "windows-1252 (Excel's in the West)"),
        ("gbk", "gbk"),
        ("shift_jis", "shift_jis"),
    ];
    let others = FREQUENT
        .iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case(other_than));
    let others: Vec<&str> = others.map(|(_, shown)| *shown).collect();
    format!(
        "or name its encoding with --encoding, such as {}",
        others.join(", ")
    )
}

/// How to say which column holds a required field, where no column is called so.
fn map_column(problem: &Problem) -> Option<String> {
    const FOR_ALL: &str = "name one community for all rows with --group-id";
    let (field, columns) = (problem.field.as_deref()?, problem.found.as_array()?);
    let mut others = columns.iter().filter_map(|column| column.as_str());
    let is_group = field == Field::GroupId.name();
    let column = match problem.limit.as_str() {
        Some(nearest) => Some(nearest),
        None if is_group => None,
        None => others.find(|name| Field::from_name(name).is_none()),
    };
    let map = column.map(|column| {
        let mapping = format!("{field}=.[{column:?}]");
        let mapping = shell::word(mapping.as_bytes());
        format!("say which one holds it, such as --map {mapping}")
    });
    if !is_group {
        return map;
    }
    Some(match map {
        Some(map) => format!("{map}, or {FOR_ALL}"),
        None => FOR_ALL.to_owned(),
    })
}

/// `of_rows` are the mappings of rows, where the problem is of a row and not of a community, which no expression is for.
fn option_for(problem: &Problem, of_rows: Option<&[Mapping]>) -> Option<Cow<'static, str>> {
    Some(Cow::Borrowed(match problem.rule {
        ProblemRule::Encoding => {
            return Some(name_encoding(problem.limit.as_str().unwrap_or_default()).into());
        }
        ProblemRule::Required => return map_column(problem).map(Cow::Owned),
        ProblemRule::NoTimeZone => NAME_TIME_ZONE,
        ProblemRule::DateOrder => {
            let path = create_time_path(of_rows?);
            let format = problem.limit.as_str()?;
            return Some(name_date_order(&path, format).into());
        }
        ProblemRule::DayNumber => return Some(count_days(&create_time_path(of_rows?)).into()),
        ProblemRule::OtherSystem if problem.element.is_some() => "check --from",
        ProblemRule::OtherSystem => "check the file and --from",
        ProblemRule::SecondList => "or say with --rows-at which one holds them",
        ProblemRule::NoCommunity if problem.found.is_null() => "name one with --group-id",
        ProblemRule::NoCommunity => "name one with --groups, or one for all with --group-id",
        _ => return None,
    }))
}

/// So much of the same kind is told of what was shortened, guessed or replaced in rows.
const TOLD: u64 = 10;

/// Prints the first texts of each field that were shortened, and the first of what was guessed or replaced.
pub(crate) fn note_shortened(arguments: &InputArguments) -> impl FnMut(&InputRow) + use<> {
    let file = name(arguments);
    let mut shortened = BTreeMap::new();
    let mut notes = 0;
    move |row| {
        for text in &row.shortened {
            let count = shortened.entry(text.field.name()).or_insert(0);
            *count += 1;
            if *count <= TOLD {
                out::note(&format!(
                    "{}: {}",
                    place(&file, row.line, row.element.as_deref()),
                    text::one_line(text)
                ));
            }
        }
        for note in &row.notes {
            notes += 1;
            if notes <= TOLD {
                out::note(&format!(
                    "{}: {}",
                    place(&file, row.line, row.element.as_deref()),
                    text::one_line(note)
                ));
            }
        }
    }
}

/// Where everything is listed of which only the first is told.
const fn listed_elsewhere(arguments: &InputArguments) -> &'static str {
    match arguments.problems {
        Some(_) => "",
        None => ": --problems FILE lists them all",
    }
}

/// How much more was shortened, guessed or replaced than is told.
fn untold_lines(file: &str, checked: &CheckReport, arguments: &InputArguments) -> Vec<String> {
    let all = listed_elsewhere(arguments);
    let shortened: Vec<String> = checked
        .shortened
        .iter()
        .map(|(field, count)| (field, count.saturating_sub(TOLD)))
        .filter(|(_, more)| *more > 0)
        .map(|(field, more)| format!("{} of {field}", text::number(more)))
        .collect();
    let mut lines = Vec::new();
    if !shortened.is_empty() {
        lines.push(format!(
            "{file}: further texts shortened: {}{all}",
            shortened.join(", ")
        ));
    }
    let more = checked.notes_total.saturating_sub(TOLD);
    if more > 0 {
        let notes = text::count(more, "further note");
        lines.push(format!("{file}: {notes} like these{all}"));
    }
    lines
}

/// Prints what will not become a topic although it is no problem.
pub(crate) fn note_left_out(report: &CheckReport, arguments: &InputArguments) {
    let file = name(arguments);
    let untold = untold_lines(&file, report, arguments);
    for line in untold
        .into_iter()
        .chain(sheet_lines(&file, report, arguments))
    {
        out::note(&line);
    }
    if report.header_is_bad {
        return;
    }
    let notes = [
        left_out_line(&file, &report.left_out),
        attachments_line(&file, report),
        repeated_line(&file, report),
        names_line(&file, report),
        alike_communities_line(&file, report),
        unnamed_sources_line(report, arguments),
        no_rows_line(&file, report),
        more_pages_line(&file, report),
        repeated_channels_line(&file, report),
    ];
    let places = places_lines(&file, report).chain(passed_over_line(&file, report));
    let places = beside_rows_lines(&file, report, arguments).chain(places);
    for line in places.chain(notes.into_iter().flatten()) {
        out::note(&line);
    }
}

/// What the source says of the export beside its rows: the first, and how many more there are.
fn beside_rows_lines(
    file: &str,
    checked: &CheckReport,
    arguments: &InputArguments,
) -> impl Iterator<Item = String> {
    let told = checked.beside_rows.iter().zip(0..TOLD);
    let lines = told.map(move |(note, _)| {
        let place = place(file, note.line, note.element.as_deref());
        format!("{place}: {}", text::one_line(&note.message))
    });
    let more = (checked.beside_rows.len() as u64).saturating_sub(TOLD);
    let all = listed_elsewhere(arguments);
    let rest = (more > 0).then(|| {
        let notes = text::count(more, "further note");
        format!("{file}: {notes} like these{all}")
    });
    lines.chain(rest)
}

/// Which sheet was read of each spreadsheet that has several, where none was named.
fn sheet_lines(
    file: &str,
    checked: &CheckReport,
    arguments: &InputArguments,
) -> impl Iterator<Item = String> {
    let sheets = checked.sheets.iter().filter(|_| arguments.sheet.is_none());
    let sheets = sheets.filter(|sheet| !sheet.others.is_empty());
    sheets.map(move |sheet| {
        let (name, count) = (&sheet.name, sheet.others.len() + 1);
        let file = sheet.file.as_deref().unwrap_or(file);
        text::one_line(format_args!(
            "{file}: only the sheet {name:?} is read, 1 of {count}: --sheet names another"
        ))
    })
}

/// How many rows repeat others wholly; `None` where none does.
fn repeated_line(file: &str, checked: &CheckReport) -> Option<String> {
    let alike = checked.repeated.as_ref()?;
    let (what, each) = match alike.rows {
        1 => ("1 row repeats another".to_owned(), "it is"),
        rows => (format!("{rows} rows repeat others"), "each is"),
    };
    Some(format!(
        "{}{what} wholly ({}): {each} a topic of its own",
        before(file, alike),
        which(alike)
    ))
}

/// How many names became equal to others when they were shortened; `None` where none did.
fn names_line(file: &str, checked: &CheckReport) -> Option<String> {
    let alike = checked.names_made_equal.as_ref()?;
    let what = match alike.rows {
        1 => "1 name is that of another topic".to_owned(),
        rows => format!("{rows} names are those of other topics"),
    };
    let when = if checked.further_communities.is_empty() {
        ""
    } else {
        ", before they were spread"
    };
    Some(format!(
        "{}since they were shortened, {what} in the same community{when} ({})",
        before(file, alike),
        which(alike)
    ))
}

/// Which communities may be meant for one, as their IDs differ only in case; `None` where none do.
fn alike_communities_line(file: &str, checked: &CheckReport) -> Option<String> {
    const LISTED: usize = 5;
    let alike = &checked.alike_but_for_case;
    let listed = alike.iter().take(LISTED).map(|ids| ids.join(" and "));
    let listed: Vec<String> = listed.collect();
    let further = match alike.len().saturating_sub(LISTED) {
        0 => String::new(),
        further => format!("; and {further} more"),
    };
    (!alike.is_empty()).then(|| {
        format!(
            "{file}: GroupIds that differ only in upper and lower case are different communities: {}{further}",
            listed.join("; ")
        )
    })
}

/// The name of the input, which is left out where rows are in several files.
fn before(file: &str, alike: &Alike) -> String {
    match alike.file {
        Some(_) => "topic-import: ".to_owned(),
        None => format!("{file}: "),
    }
}

/// Which row is as which other one.
fn which(alike: &Alike) -> String {
    let line = |line: u64, file: Option<&str>| match file {
        Some(file) => format!("line {line} of {}", text::one_line(file)),
        None => format!("line {line}"),
    };
    format!(
        "{} is as {}",
        line(alike.line, alike.file.as_deref()),
        line(alike.first_line, alike.first_file.as_deref())
    )
}

/// Where in the input a row stands.
fn place(file: &str, line: u64, element: Option<&Element>) -> String {
    let file = element
        .and_then(Element::file)
        .map_or_else(|| file.to_owned(), text::one_line);
    match element
        .map(Element::words)
        .filter(|words| !words.is_empty())
    {
        Some(words) => format!("{file}:{line}: {}", text::one_line(words)),
        None => format!("{file}:{line}"),
    }
}

/// Where rows were found that nobody named the place of.
fn places_lines(file: &str, checked: &CheckReport) -> impl Iterator<Item = String> {
    let places = checked.places.iter();
    places.map(move |(place, rows)| format!("{file}: rows: {rows} at `{}`", text::one_line(place)))
}

/// Which lists were not taken for the rows, as they may be people; `None` where there are none.
fn passed_over_line(file: &str, checked: &CheckReport) -> Option<String> {
    let lists: Vec<String> = checked
        .passed_over
        .iter()
        .map(|list| format!("`{}`", text::one_line(list)))
        .collect();
    (!lists.is_empty()).then(|| {
        format!(
            "{file}: passed over: {} (--rows-at names the list that holds the rows)",
            lists.join(", ")
        )
    })
}

/// How many files were not read, as they are attachments; `None` where none are.
fn attachments_line(file: &str, checked: &CheckReport) -> Option<String> {
    let attachments = checked.attachments;
    (attachments > 0).then(|| {
        format!(
            "{file}: passed over: {} in folders called `…_Files` beside an export, which hold its attachments",
            text::count(attachments, "file")
        )
    })
}

/// A line that counts what is left out of an export; `None` if nothing is.
fn left_out_line(file: &str, left_out: &LeftOut) -> Option<String> {
    let counts: Vec<String> = left_out
        .counts()
        .map(|(reason, count)| {
            let remedy = match reason {
                LeftOutReason::Archived => " (--include-archived takes them)",
                LeftOutReason::Private => " (--include-private takes them)",
                LeftOutReason::Filtered => " (--where)",
                _ => "",
            };
            format!("{count} {}{remedy}", reason.name())
        })
        .collect();
    (!counts.is_empty()).then(|| format!("{file}: left out: {}", counts.join(", ")))
}

/// A line about the sources in the list of groups to which no row belongs; `None` if there are none.
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
        "{}: no row belongs to {}{further}: are the names spelled as in the input?",
        text::path(path),
        listed.join(", ")
    ))
}

/// That rows repeat others, and count once.
fn repeated_channels_line(file: &str, checked: &CheckReport) -> Option<String> {
    let repeated = checked.repeated_channels;
    (repeated > 0).then(|| {
        format!(
            "{file}: {} of a channel that came before, equal in everything: counted once",
            text::count(repeated, "row")
        )
    })
}

/// That pages are missing.
fn more_pages_line(file: &str, checked: &CheckReport) -> Option<String> {
    checked.has_more_pages.then(|| {
        format!("{file}: it says that there are more pages, which are not in it: fetch them, and give all files")
    })
}

/// A line that says that the input has no rows, if there is nothing else to report.
fn no_rows_line(file: &str, checked: &CheckReport) -> Option<String> {
    let is_empty = checked.rows == 0 && checked.problems_total == 0;
    let is_left_out = checked.left_out.counts().next().is_some();
    match (is_empty, is_left_out) {
        (true, false) => Some(format!(
            "{file}: there is no topic in it: is it the right file, and complete?"
        )),
        (true, true) => Some(format!("{file}: nothing is left to import")),
        _ => None,
    }
}

/// Whether rows are taken as they are, and none is sound since fields are unknown: another system may have written them.
fn is_foreign(arguments: &InputArguments, checked: &CheckReport) -> bool {
    let is_unknown = |problem: &Problem| problem.rule == ProblemRule::UnknownField;
    arguments.from.is_none()
        && arguments.map.is_empty()
        && checked.rows > 0
        && checked.invalid == checked.rows
        && checked.problems.iter().any(is_unknown)
}

/// Whether a kind of problem is a field that most rows have and that is like none of a topic.
fn is_foreign_field(kind: &ProblemKind, checked: &CheckReport) -> bool {
    kind.rule == ProblemRule::UnknownField
        && kind.field.is_some()
        && kind.count > checked.rows / 2
        && kind.examples.iter().all(|example| example.limit.is_null())
}

/// The kinds of problems, and one line instead of those that show that most rows are of another system.
pub(crate) fn kinds_and_foreign_line<'a>(
    arguments: &InputArguments,
    checked: &'a CheckReport,
) -> (Vec<&'a ProblemKind>, Option<String>) {
    /// One or two fields more do not make another system.
    const FEWEST: usize = 3;
    const SHOWN: usize = 5;
    let kinds = checked.kinds.iter();
    let (foreign, others): (Vec<_>, Vec<_>) =
        kinds.partition(|kind| is_foreign_field(kind, checked));
    if foreign.len() < FEWEST || !is_foreign(arguments, checked) {
        return (checked.kinds.iter().collect(), None);
    }
    let rows = foreign.iter().map(|kind| kind.count).max();
    let shown = foreign.iter().take(SHOWN);
    let mut names: Vec<&str> = shown.filter_map(|kind| kind.field.as_deref()).collect();
    if foreign.len() > SHOWN {
        names.push("…");
    }
    let line = text::one_line(format_args!(
        "{}: {} have fields that are no fields of a topic: {}: \
         if this is another system's export, name it with --from (topic-import sources lists them)",
        name(arguments),
        text::count(rows.unwrap_or_default(), "row"),
        names.join(", ")
    ));
    (others, Some(line))
}

/// How to read a file that looks like the export of another system.
pub(crate) fn foreign_hint(
    arguments: &InputArguments,
    checked: &CheckReport,
) -> Option<&'static str> {
    is_foreign(arguments, checked).then_some(
        "If another system wrote this file, name the system with --from (topic-import sources lists them), or say with \
         --map TopicName=PATH where a field is.",
    )
}

/// How to import more topics than one community takes; `None` if no community has too many.
pub(crate) fn communities_hint(
    arguments: &InputArguments,
    checked: &CheckReport,
) -> Option<String> {
    let is_too_many = |problem: &Problem| problem.rule == ProblemRule::MaxTopics;
    if !checked.problems.iter().any(is_too_many) {
        return None;
    }
    let how = match export(arguments).ok().flatten() {
        None => "by its GroupId".to_owned(),
        Some(export) => {
            let (group, element, part) =
                (export.group_word(), export.element_word(), export.part());
            if export.has_groups() {
                format!(
                    "with --groups FILE, where FILE is CSV of {group},GroupId, or of {element},GroupId\n\
                     with --map GroupId={part}"
                )
            } else {
                format!(
                    "with --groups FILE --map GroupId={part}, where FILE is CSV of {element} ID,GroupId"
                )
            }
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
    let format = format(arguments)?;
    refuse_what_does_not_apply(arguments, &format)?;
    let settings = settings(arguments)?;
    if !arguments.files.iter().any(|path| is_stdin(path)) {
        let paths = arguments.files.iter().cloned();
        return Ok(Input::files(paths, format, settings));
    }
    if arguments.files.len() > 1 {
        return Err(CannotStart::new(
            "standard input is read alone: give files, or `-`".to_owned(),
        ));
    }
    let stdin = io::stdin();
    Ok(Input::stream(name(arguments), stdin, format, settings))
}

/// An option that would do nothing is a mistake.
fn refuse_what_does_not_apply(
    arguments: &InputArguments,
    format: &Format,
) -> Result<(), CannotStart> {
    let is_spreadsheet = *format == Format::Spreadsheet;
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

/// Whether a path can be read only once: standard input, or a named pipe such as a shell's `<(…)`.
pub(crate) fn is_read_once(path: &Path) -> bool {
    is_stdin(path) || fs::metadata(path).is_ok_and(|data| !data.is_file() && !data.is_dir())
}

/// The input's name in messages.
pub(crate) fn name(arguments: &InputArguments) -> String {
    let first = arguments.first();
    if is_stdin(first) {
        return "standard input".into();
    }
    text::path(first)
}

/// The fingerprint of the input's content.
pub(crate) fn fingerprint(input: &Input) -> Result<Fingerprint, CannotStart> {
    input
        .fingerprint()
        .map_err(|error| CannotStart::new(text::chain(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use topic_import_bulk::check::check;
    use topic_import_bulk::input::Input;

    fn export(name: &str) -> Format {
        Format::Export(Export::named(name).unwrap())
    }

    /// How the first problem of an input is shown: as a line, and in the report.
    fn said(text: &str, format: Format) -> (String, String) {
        let input = Input::bytes(text.as_bytes(), format, RowSettings::default());
        let mut report = check(&input).unwrap();
        let line = problem_line("", &report.problems[0], &[]);
        add_options(&mut report, &[]);
        (line, report.problems[0].to_string())
    }

    #[test]
    fn the_option_that_mends_a_problem_is_named() {
        for (text, format, line) in [
            (
                "{\"a\":[{\"x\":1}],\"b\":[{\"y\":1}]}",
                Format::Json,
                "1: is a second list of objects, `.b`, beside `.a`: leave only the rows in the document, \
                 or say with --rows-at which one holds them",
            ),
            (
                "{}",
                export("slack"),
                "1: is not a list of channels as Slack exports it (channels.json): check the file and --from",
            ),
            (
                "[{\"id\":7,\"name\":\"a\"}]",
                export("slack"),
                "1: channel 1 \"a\": `.id` is a number, not a Slack ID: check --from",
            ),
            (
                "[{\"id\":\"x\",\"name\":\"a\"}]",
                export("discord"),
                "1: channel 1 \"a\": CreateTime: cannot be told: `.id` is \"x\", and no ID of Discord: check --from",
            ),
            (
                "{}",
                export("mattermost"),
                "1: does not say what it holds: a line of a Mattermost bulk export has a `type`: check the file and --from",
            ),
            (
                "[{\"id\":\"C1\",\"name\":\"a\"}]",
                export("slack"),
                "1: channel 1 \"a\": GroupId: the workspace becomes no community yet: name one with --group-id",
            ),
            (
                "{\"type\":\"channel\",\"channel\":{\"team\":\"t\",\"name\":\"a\"}}",
                export("mattermost"),
                "1: channel \"a\": GroupId: the team \"t\" becomes no community yet: \
                 name one with --groups, or one for all with --group-id",
            ),
            (
                "{",
                Format::Jsonl,
                "1: column 1: it ends before the object is closed with `}`: a row is one JSON object on one line",
            ),
        ] {
            assert_eq!(said(text, format), (format!(":{line}"), line.to_owned()));
        }
    }
}
