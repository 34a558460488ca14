//! Input that is larger than memory should be.

use std::io::Read;

#[cfg(target_os = "linux")]
use crate::peak;
use topic_import_bulk::input::{Export, Format, Input, MAX_LINE_BYTES, ProblemRule, RowSettings};

const LENGTH: u64 = 100 * 1024 * 1024;
const ROW: &str = r#"{"GroupId":"@TGS#_riverside","TopicName":"x"}"#;

/// One line of [`LENGTH`] bytes, made as it is read, and a sound row after it.
fn huge_line(start: &'static str, end: String) -> impl Read + Send + 'static {
    let middle = std::io::repeat(b'x').take(LENGTH);
    start
        .as_bytes()
        .chain(middle)
        .chain(std::io::Cursor::new(end))
}

fn assert_problem_then_row(reader: impl Read + Send + 'static, format: Format, lines: [u64; 2]) {
    let input = Input::stream("a stream", reader, format, RowSettings::default());
    let mut rows = Vec::new();
    input.each_row(|row| rows.push(row)).unwrap();
    assert_eq!([rows[0].line, rows[1].line], lines);
    let problems = rows[0].topic.as_ref().unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].rule, ProblemRule::Syntax);
    assert_eq!(problems[0].limit, MAX_LINE_BYTES);
    assert!(rows[1].topic.is_ok());
    assert_eq!(rows.len(), 2);
}

#[test]
fn a_line_of_100_mib_is_a_problem_and_not_memory() {
    assert_problem_then_row(
        huge_line("{\"TopicName\":\"", format!("\"}}\n{ROW}\n")),
        Format::Jsonl,
        [1, 2],
    );
    assert_problem_then_row(
        huge_line("GroupId,TopicName\n\"", "\n\",\n@TGS#_riverside,x\n".into()),
        Format::Csv,
        [2, 4],
    );
    assert_problem_then_row(
        huge_line("[{\"TopicName\":\"", format!("\"}},\n{ROW}]\n")),
        Format::Json,
        [1, 2],
    );
    #[cfg(target_os = "linux")]
    assert!(peak::memory_mib() < LENGTH / 1024 / 1024);
}

#[test]
fn what_a_channel_has_beside_its_texts_is_passed_over() {
    const MESSAGES: u64 = LENGTH / 2;
    let messages = std::io::repeat(b'x').take(MESSAGES);
    let members = "\"U0123456789\",".repeat(90_000);
    let start =
        format!("[{{\"id\":\"C1\",\"members\":[{members}\"U1\"],\"messages\":[{{\"text\":\"");
    let reader = std::io::Cursor::new(start)
        .chain(messages)
        .chain(&b"\"}],\"name\":\"a\"},\n{\"id\":\"C2\",\"name\":\"b\"}]"[..]);
    let mut settings = RowSettings::default();
    settings.group_id = Some("@TGS#_riverside".parse().unwrap());
    let slack = Format::Export(Export::named("slack").unwrap());
    let mut names = Vec::new();
    Input::stream("a stream", reader, slack, settings)
        .each_row(|row| names.push(row.topic.unwrap().topic_name.to_string()))
        .unwrap();
    assert_eq!(names, ["a", "b"]);
    #[cfg(target_os = "linux")]
    assert!(peak::memory_mib() < MESSAGES / 1024 / 1024);
}
