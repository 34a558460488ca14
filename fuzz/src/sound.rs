//! What holds of the rows of any input.

use std::sync::LazyLock;

use serde_json::Value;
use topic_import_bulk::Outcome;
use topic_import_bulk::input::{
    AccountDigits, Export, Format, Input, InputEnd, InputRow, Mappings, Problem, ProblemRule,
    RowSettings,
};
use topic_import_bulk::journal::{RowPlace, StoredRow};
use topic_import_bulk::report::{RowFormat, RowsToCorrect};
use topic_import_core::{ImportTopic, TopicDraft};

/// Compiling the programs takes longer than reading what an input holds.
pub(crate) static EXPORTS: LazyLock<Vec<Export>> = LazyLock::new(|| Export::all().collect());

/// Compiles lists of mappings, for as long as the process runs.
pub(crate) fn mappings<const N: usize>(lists: [&[&str]; N]) -> [Mappings; N] {
    lists.map(|list| Mappings::new(list.iter().map(|text| text.parse().unwrap())).unwrap())
}

/// Reads an input to its end; `None` where it cannot be read.
pub(crate) fn read(
    format: &Format,
    settings: &RowSettings,
    bytes: &[u8],
) -> Option<(Vec<InputRow>, InputEnd)> {
    let input = Input::bytes(bytes, format.clone(), settings.clone());
    let mut rows = Vec::new();
    match input.each_row(|row| rows.push(row)) {
        Ok(end) => Some((rows, end)),
        Err(error) => {
            assert!(std::error::Error::source(&error).is_some());
            None
        }
    }
}

/// Reads an input, and everything that can be said of any.
pub(crate) fn read_soundly(
    format: &Format,
    settings: &RowSettings,
    bytes: &[u8],
) -> Option<(Vec<InputRow>, InputEnd)> {
    let (rows, end) = read(format, settings, bytes)?;
    // Elements of a document may begin on one line.
    assert!(
        rows.is_sorted_by(|a, b| a.line < b.line || (a.line == b.line && b.element.is_some())),
        "{rows:?}"
    );
    for row in &rows {
        assert!(row.line > 0);
        if let Err(problems) = &row.topic {
            assert!(!problems.is_empty());
            for problem in problems {
                assert_eq!(problem.line, row.line);
                assert!(
                    problem.field.is_some()
                        || row.element.is_some()
                        || !is_of_a_field(problem.rule),
                    "{problem:?}"
                );
            }
        }
    }
    let problems = rows.iter().filter_map(|row| row.topic.as_ref().err());
    for problem in problems.flatten().chain(&end.problems) {
        assert_said(problem);
    }
    let topics = topics(&rows);
    assert_written_back(&topics);
    Some((rows, end))
}

/// The rule is one of a field, and not of the line or of the input.
const fn is_of_a_field(rule: ProblemRule) -> bool {
    matches!(
        rule,
        ProblemRule::Required
            | ProblemRule::MaxBytes
            | ProblemRule::Format
            | ProblemRule::OtherGroup
            | ProblemRule::Type
            | ProblemRule::Range
            | ProblemRule::UnknownField
            | ProblemRule::ControlCharacter
            | ProblemRule::NothingVisible
            | ProblemRule::NoTimeZone
            | ProblemRule::NoCommunity
    )
}

/// A problem is told on one line, and as JSON it is the same problem.
fn assert_said(problem: &Problem) {
    assert!(problem.line > 0);
    assert!(!problem.message.is_empty());
    let said = problem.to_string();
    let is_seen = |character: char| !character.is_control() && !is_steering(character);
    assert!(said.chars().all(is_seen), "{said:?}");
    let json = serde_json::to_string(problem).unwrap();
    let again: Problem = serde_json::from_str(&json).unwrap();
    assert_eq!(&again, problem, "{json}");
}

/// Whether it ends a line or changes the writing direction.
const fn is_steering(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The requests of the rows that are sound.
pub(crate) fn topics(rows: &[InputRow]) -> Vec<ImportTopic> {
    rows.iter()
        .filter_map(|row| row.topic.as_ref().ok().cloned())
        .collect()
}

/// Topics that are written down are read as what they were.
fn assert_written_back(topics: &[ImportTopic]) {
    for topic in topics {
        let json = serde_json::to_string(topic).unwrap();
        let draft: TopicDraft = serde_json::from_str(&json).unwrap();
        assert_eq!(draft.validate().as_ref(), Ok(topic));
    }
    for format in [RowFormat::Jsonl, RowFormat::Csv] {
        let rows = topics.iter().zip(1..).map(|(topic, number)| {
            let mut row = StoredRow::new(
                number,
                RowPlace::line(number.cast_unsigned()),
                Outcome::Rejected,
            );
            row.request = Some(serde_json::to_string(topic).unwrap());
            (topic.clone(), row)
        });
        let (expected, text, digits) = written(format, rows);
        let mut settings = RowSettings::default();
        settings.account_digits = digits;
        let input = match format {
            RowFormat::Jsonl => Format::Jsonl,
            _ => Format::Csv,
        };
        let (rows, end) = read(&input, &settings, &text).unwrap();
        assert!(
            expected.is_empty() || end.problems.is_empty(),
            "{:?}",
            end.problems
        );
        let found: Vec<_> = rows.into_iter().map(|row| row.topic).collect();
        let expected: Vec<_> = expected.into_iter().map(Ok).collect();
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(&text));
    }
}

/// Writes the rows to be corrected; gives those that this format can hold, and how its digits are to be read.
pub(crate) fn written<T>(
    format: RowFormat,
    rows: impl IntoIterator<Item = (T, StoredRow)>,
) -> (Vec<T>, Vec<u8>, AccountDigits) {
    let mut text = Vec::new();
    let mut to_correct = RowsToCorrect::new(&mut text, format);
    let mut expected = Vec::new();
    for (what, row) in rows {
        match to_correct.write(&row) {
            Ok(true) => expected.push(what),
            Ok(false) => {}
            // CSV does not have what JSON has.
            Err(error) => assert!(format == RowFormat::Csv, "{error}"),
        }
    }
    let digits = to_correct.finish().unwrap();
    (expected, text, digits)
}

/// What becomes of each row, apart from where it stands.
pub(crate) fn outcomes(rows: &[InputRow]) -> Vec<Option<ImportTopic>> {
    rows.iter()
        .map(|row| row.topic.as_ref().ok().cloned())
        .collect()
}

/// The value that this text is, if it is JSON of no great depth.
pub(crate) fn json(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}
