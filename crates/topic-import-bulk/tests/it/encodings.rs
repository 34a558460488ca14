//! Inputs in other encodings than UTF-8.

use topic_import_bulk::check::{CheckReport, check};
use topic_import_bulk::input::{
    Communities, CommunitiesFormat, Format, Input, ProblemRule, RowSettings,
};

use crate::support::{GROUP, json_row, report};

fn csv() -> String {
    format!(
        "GroupId,TopicName,Introduction\r\n{GROUP},船屋,谁有钥匙\r\n{GROUP},plain,\r\n{GROUP},水,\r\n"
    )
}

fn formats() -> [(Format, String); 3] {
    let rows = [
        json_row("\"Introduction\":\"船屋\""),
        json_row("\"Introduction\":\"谁\""),
    ];
    [
        (Format::Csv, csv()),
        (Format::Jsonl, rows.join("\n")),
        (Format::Json, format!("[{}]", rows.join(",\n"))),
    ]
}

fn gbk(text: &str) -> Vec<u8> {
    // What the tests write in GBK.
    let codes = [
        ('船', b"\xb4\xac"),
        ('屋', b"\xce\xdd"),
        ('谁', b"\xcb\xad"),
        ('有', b"\xd3\xd0"),
        ('钥', b"\xd4\xbf"),
        ('匙', b"\xb3\xd7"),
        ('水', b"\xcb\xae"),
        ('群', b"\xc8\xba"),
        ('组', b"\xd7\xe9"),
    ];
    let bytes = |character: char| match codes.iter().find(|(known, _)| *known == character) {
        Some((_, code)) => code.to_vec(),
        None => character.to_string().into_bytes(),
    };
    text.chars().flat_map(bytes).collect()
}

fn in_encoding(name: &str, format: &Format, bytes: &[u8]) -> CheckReport {
    let mut settings = RowSettings::default();
    settings.encoding = Some(name.parse().unwrap());
    check(&Input::bytes(bytes, format.clone(), settings)).unwrap()
}

#[test]
fn utf_16_is_read_without_being_told() {
    for (format, text) in formats() {
        for mark in ["\u{feff}", ""] {
            for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
                let text = format!("{mark}{text}");
                let encoded: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
                assert_eq!(report(&format, encoded).problems, [], "{format:?} {mark:?}");
            }
        }
        assert_eq!(report(&format, format!("\u{feff}{text}")).problems, []);
    }
}

#[test]
fn another_encoding_is_one_problem_of_the_whole_input_unless_it_is_named() {
    for (format, text) in formats() {
        let bytes = gbk(&text);
        let found = report(&format, &bytes);
        assert!(found.header_is_bad);
        assert_eq!(
            (found.problems_total, found.invalid),
            (1, found.rows),
            "{format:?}"
        );
        let problem = &found.problems[0];
        assert_eq!(
            (problem.rule, problem.line),
            (
                ProblemRule::Encoding,
                if format == Format::Csv { 2 } else { 1 }
            )
        );
        assert_eq!(
            &*problem.message,
            "the input is not UTF-8: save it in that encoding"
        );
        assert_eq!(
            in_encoding("gbk", &format, &bytes).problems,
            [],
            "{format:?}"
        );
    }
}

#[test]
fn an_encoding_that_is_named_for_a_text_in_utf_8_is_the_problem() {
    for (format, text) in formats() {
        for name in ["gbk", "big5", "shift_jis", "windows-1252", "koi8-r"] {
            let text = format!("{text}\n").replace("\n\n", "\n");
            let found = in_encoding(name, &format, text.as_bytes());
            let words: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
            let encoding: topic_import_bulk::input::TextEncoding = name.parse().unwrap();
            assert_eq!(
                words,
                [format!(
                    "1: the input is UTF-8, not {encoding}: leave out the encoding"
                )],
                "{format:?}"
            );
            assert_eq!(found.invalid, found.rows);
        }
        // One that tells itself wins over the one that is named.
        let marked = format!("\u{feff}{text}");
        assert_eq!(in_encoding("gbk", &format, marked.as_bytes()).problems, []);
    }
    for (name, text) in [
        ("windows-1252", "café €"),
        ("iso-8859-15", "café €"),
        ("shift_jis", "湯屋"),
        ("euc-jp", "湯屋"),
        ("iso-2022-jp", "湯屋"),
        ("big5", "船屋"),
        ("koi8-r", "лодка"),
        ("euc-kr", "배"),
    ] {
        let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap();
        let table = format!("GroupId,TopicName\n{GROUP},{text}\n");
        let (bytes, ..) = encoding.encode(&table);
        assert_eq!(
            in_encoding(name, &Format::Csv, &bytes).problems,
            [],
            "{name}"
        );
    }
}

#[test]
fn a_header_in_another_encoding_is_the_same_problem() {
    let found = report(Format::Csv, gbk(&csv().replace("Introduction", "群组")));
    assert_eq!(found.problems.len(), 1);
    assert_eq!(
        found.problems[0].to_string(),
        "1: the input is not UTF-8: save it in that encoding"
    );
}

#[test]
fn a_damaged_character_is_a_problem_of_its_field() {
    let mut bytes = csv().into_bytes();
    bytes.extend(format!("{GROUP},\u{e9}").bytes().chain(*b"\xff,\n"));
    let found = report(Format::Csv, &bytes);
    assert!(!found.header_is_bad);
    assert_eq!(
        found.problems[0].to_string(),
        "5: TopicName: is not UTF-8: save the file in that encoding"
    );
    let mut bytes = gbk(&csv());
    bytes.extend(format!("{GROUP},a").bytes().chain(*b"\xff,\n"));
    let found = in_encoding("gbk", &Format::Csv, &bytes);
    assert_eq!(
        found.problems[0].to_string(),
        "5: TopicName: is not GBK: save the file as UTF-8"
    );
    assert_eq!((found.invalid, found.problems_total), (1, 1));
}

#[test]
fn a_file_of_communities_is_read_as_spreadsheets_save_it() {
    let text =
        "\u{feff}GroupId;Name;;\r\n@TGS#_a;船屋;;\r\n;;;\r\n@TGS#_b;\u{3164};;\r\n@TGS#_c;c;x;\r\n";
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let read = Communities::read(&*utf_16, CommunitiesFormat::Csv, false).unwrap();
    assert_eq!(read.header_problems(), []);
    let [sound, blank, stray] = read.rows() else {
        panic!("{read:?}");
    };
    assert!(sound.community.is_ok());
    let problem = &blank.community.as_ref().unwrap_err()[0];
    assert_eq!(
        (problem.line, problem.rule),
        (4, ProblemRule::NothingVisible)
    );
    assert_eq!(problem.field.as_deref(), Some("Name"));
    let problem = &stray.community.as_ref().unwrap_err()[0];
    assert_eq!((problem.line, problem.rule), (5, ProblemRule::UnknownField));
}
