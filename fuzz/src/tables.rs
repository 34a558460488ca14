//! Rows of a table.

use std::sync::LazyLock;

use serde_json::Value;
use topic_import_bulk::input::{AccountDigits, Expression, Format, Mappings, RowSettings};
use topic_import_core::Field;

use crate::choices::Choices;
use crate::sound::{mappings, read, read_soundly};

static MAPPINGS: LazyLock<[Mappings; 3]> = LazyLock::new(|| {
    mappings([
        &["TopicName=.name", "GroupId=.team"],
        &[
            "TopicName=.name",
            "CustomString=tojson",
            "GroupId=\"@TGS#_\" + .team",
        ],
        &[
            "TopicName=[.name, .team] | join(\" \")",
            "CreateTime=.at | tonumber",
        ],
    ])
});

static CONDITION: LazyLock<Expression> = LazyLock::new(|| ".name != \"x\"".parse().unwrap());

pub(crate) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    match choices.byte() % 4 {
        0 => any(choices),
        1 => mapped(choices),
        _ => written(choices),
    }
}

/// Any bytes.
fn any(mut choices: Choices<'_>) {
    let mut settings = RowSettings::default();
    settings.account_digits = choices.of(&[AccountDigits::Text, AccountDigits::Number]);
    let encodings = [None, Some("gbk"), Some("utf-16be"), Some("windows-1252")];
    settings.encoding = choices.of(&encodings).map(|name| name.parse().unwrap());
    read_soundly(&Format::Csv, &settings, choices.rest());
}

/// A table whose columns have names of their own.
fn mapped(mut choices: Choices<'_>) {
    let mut settings = RowSettings::default();
    settings.mappings = choices.of(&*MAPPINGS);
    settings.condition = (choices.byte() & 1 > 0).then(|| CONDITION.clone());
    read_soundly(&Format::Csv, &settings, choices.rest());
}

/// A table that is written here: as many records come out as went in, with what stood in their cells.
fn written(mut choices: Choices<'_>) {
    let separator = choices.of(&[",", ";", "\t", "|"]);
    let line_end = choices.of(&["\n", "\r\n", "\r"]);
    let how = choices.byte();
    let mut left: Vec<Field> = Field::ALL.to_vec();
    let width = 2 + usize::from(choices.byte()) % (left.len() - 1);
    let header: Vec<Field> = (0..width)
        .map(|_| left.remove(usize::from(choices.byte()) % left.len()))
        .collect();
    let text = String::from_utf8_lossy(choices.rest()).into_owned();
    let records: Vec<Vec<&str>> = text
        .split('\u{1e}')
        .map(|record| {
            let mut cells: Vec<&str> = record.split('\u{1f}').collect();
            cells.resize(width, "");
            cells
        })
        .filter(|record| record.iter().any(|cell| !cell.is_empty()))
        .collect();
    let quoted = |cell: &str| {
        let is_needed = how & 1 > 0 || cell.contains(['"', '\n', '\r']) || cell.contains(separator);
        if is_needed {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.to_owned()
        }
    };
    let line = |cells: Vec<String>| cells.join(separator);
    let names = header.iter().map(|field| quoted(field.name())).collect();
    let mut lines = vec![line(names)];
    lines.extend(
        records
            .iter()
            .map(|record| line(record.iter().map(|cell| quoted(cell)).collect())),
    );
    let mut table = lines.join(line_end);
    if how & 2 > 0 {
        table.push_str(line_end);
    }
    let table = match how >> 2 & 3 {
        0 => table.into_bytes(),
        1 => format!("\u{feff}{table}").into_bytes(),
        2 => format!("sep={separator}{line_end}{table}").into_bytes(),
        _ => {
            let marked = format!("\u{feff}{table}");
            marked.encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
    };
    let settings = RowSettings::default();
    read_soundly(&Format::Csv, &settings, &table);
    let (rows, end) = read(&Format::Csv, &settings, &table).unwrap();
    if !end.problems.is_empty() {
        assert!(!header.contains(&Field::TopicName) || !header.contains(&Field::GroupId));
        return;
    }
    assert_eq!(
        rows.len(),
        records.len(),
        "{}",
        String::from_utf8_lossy(&table)
    );
    for (row, record) in rows.iter().zip(&records) {
        let Ok(topic) = &row.topic else { continue };
        let topic = serde_json::to_value(topic).unwrap();
        for (field, cell) in header.iter().zip(record) {
            match &topic[field.name()] {
                Value::Null => assert!(cell.is_empty()),
                Value::String(text) => assert_eq!(text, cell),
                _ => assert!(!cell.is_empty()),
            }
        }
    }
}
