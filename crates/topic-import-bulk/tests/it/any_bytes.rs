//! Whatever the input holds, it is read to its end, and what was written comes back.

use proptest::prelude::*;
use proptest::sample::select;
use topic_import_bulk::input::{AccountDigits, Export, Format, InputRow, RowSettings};
use topic_import_core::{FromAccount, ImportTopic, TopicDraft};

use crate::support::{read, read_with};

/// Pieces that mean something to one of the formats, and bytes that mean nothing.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&[u8]> = vec![
        b"\n",
        b"\r",
        b"\r\n",
        b"\"",
        b"\"\"",
        b",",
        b"{",
        b"}",
        b"[",
        b":",
        b"\\",
        b"\\ud800",
        b"\xef\xbb\xbf",
        b"\xff",
        b"null",
        b"1",
        b"-1.5e9",
        b"GroupId",
        b"TopicName",
        b"\"CreateTime\":",
        b"\"TopicId\":\"\",",
        b"GroupId,TopicName\n",
        b"{\"GroupId\":\"@TGS#_a\",\"TopicName\":\"x\"}\n",
        b"@TGS#_a,x\n",
        b"[{\"name\":\"x\"},",
        b"{\"id\":\"C1\"}]",
        b"{\"streams\":{\"a\":{\"topic_data\":{\"b\":",
        b"}}}}",
        b"{\"type\":\"channel\",\"channel\":{\"name\":\"x\"}}\n",
    ];
    let piece = prop_oneof![
        4 => select(pieces).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn assert_sound(rows: &[InputRow]) -> Result<(), TestCaseError> {
    // Elements of a document may begin on one line.
    prop_assert!(
        rows.is_sorted_by(|a, b| a.line < b.line || (a.line == b.line && b.element.is_some())),
        "{rows:?}"
    );
    for row in rows {
        prop_assert!(row.line > 0);
        if let Err(problems) = &row.topic {
            prop_assert!(!problems.is_empty());
            prop_assert!(problems.iter().all(|problem| problem.line == row.line));
        }
    }
    Ok(())
}

fn text(most_bytes: usize) -> impl Strategy<Value = String> {
    let characters = select(vec![
        'a', ' ', ',', '"', '\'', '\\', '\n', '\r', '\t', '\0', '\u{7f}', 'é', '水', '👋',
        '\u{feff}',
    ]);
    prop::collection::vec(characters, 1..=most_bytes / 4).prop_map(String::from_iter)
}

/// A text that a name can show.
fn name() -> impl Strategy<Value = String> {
    text(26).prop_map(|text| text.replace(char::is_control, "") + "n")
}

fn topic() -> impl Strategy<Value = ImportTopic> {
    let account = prop_oneof![
        any::<u64>().prop_map(|number| serde_json::json!(number)),
        "[!-~]{0,31}[!-/:-~]".prop_map(|user| serde_json::json!(user)),
    ];
    (
        "([ -~]{0,19}[!-~])?",
        prop::option::of("[a-z0-9 ]{0,19}[a-z0-9]"),
        name(),
        prop::option::of(account),
        prop::array::uniform4(prop::option::of(text(100))),
        prop::option::of(any::<u32>()),
        any::<bool>(),
    )
        .prop_map(|(group, custom, name, account, texts, time, typed)| {
            let group = format!("@TGS#_{group}");
            let mut draft = TopicDraft::new(&*group, name);
            draft.group_type = typed.then(|| "Community".into());
            draft.topic_id = custom.map(|custom| format!("{group}@TOPIC#_{custom}"));
            draft.from_account = account.map(|account| serde_json::from_value(account).unwrap());
            [
                draft.custom_string,
                draft.face_url,
                draft.notification,
                draft.introduction,
            ] = texts;
            draft.create_time = time.map(i64::from);
            draft
        })
        .prop_filter_map("rules of the core", |draft| draft.validate().ok())
}

fn as_csv(topics: &[ImportTopic], line_end: &str) -> String {
    const FIELDS: [&str; 10] = [
        "Introduction",
        "GroupId",
        "TopicId",
        "From_Account",
        "TopicName",
        "CustomString",
        "FaceUrl",
        "Notification",
        "Type",
        "CreateTime",
    ];
    let record = |topic: &ImportTopic| {
        let json = serde_json::to_value(topic).unwrap();
        let cell = |field: &str| match &json[field] {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => format!("\"{}\"", text.replace('"', "\"\"")),
            number => number.to_string(),
        };
        FIELDS.map(cell).join(",")
    };
    let records = topics.iter().map(record);
    let all: Vec<_> = std::iter::once(FIELDS.join(",")).chain(records).collect();
    all.join(line_end)
}

/// Digits in CSV are numbers here: text of digits alone is not among the accounts.
fn requests(format: Format, text: &str) -> Vec<ImportTopic> {
    let mut settings = RowSettings::default();
    settings.account_digits = AccountDigits::Number;
    read_with(settings, format, text)
        .into_iter()
        .map(|row| row.topic.unwrap())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_as_rows_that_are_sound_or_have_problems(
        bytes in bytes(),
        export in select(Export::all().collect::<Vec<_>>()),
    ) {
        for format in [Format::Jsonl, Format::Csv, Format::Json] {
            assert_sound(&read(format, &bytes))?;
        }
        assert_sound(&read(Format::Export(export), &bytes))?;
    }

    #[test]
    fn topics_that_were_written_come_back_equal_in_both_formats(
        topics in prop::collection::vec(topic(), 0..6),
        line_end in select(vec!["\n", "\r\n", "\r"]),
    ) {
        let json: Vec<_> = topics.iter().map(|topic| serde_json::to_string(topic).unwrap()).collect();
        prop_assert_eq!(&requests(Format::Jsonl, &json.join("\n")), &topics);
        prop_assert_eq!(&requests(Format::Csv, &as_csv(&topics, line_end)), &topics);
    }

    #[test]
    fn an_account_of_digits_in_json_text_stays_text(digits in "[0-9]{1,20}") {
        let row = crate::support::json_row(&format!("\"From_Account\":\"{digits}\""));
        let account = crate::support::only(Format::Jsonl, row).from_account;
        prop_assert!(matches!(account, Some(FromAccount::Text(user)) if user.as_str() == digits));
    }
}
