//! `convert`: an input as JSONL with the API's field names.

use crate::support::{Bench, GROUP, named_row, unnamed_row};

#[test]
fn sound_rows_are_written_and_the_others_reported() {
    let rows = [
        named_row("a"),
        "[]\n".into(),
        named_row("a"),
        unnamed_row("b"),
    ];
    Bench::new()
        .file("rows.jsonl", rows.concat())
        .run(&["convert", "rows.jsonl"])
        .assert(
            2,
            &format!(
                "{{\"GroupId\":\"{GROUP}\",\"TopicId\":\"{GROUP}@TOPIC#_a\",\"TopicName\":\"a\"}}\n\
                 {{\"GroupId\":\"{GROUP}\",\"TopicName\":\"b\"}}\n"
            ),
            "rows.jsonl:2: is no JSON object: a row is one JSON object on one line\n\
             rows.jsonl:3: TopicId: is the same as in line 1: every topic needs an ID of its own\n\
             topic-import: 2 of 4 rows invalid; the others were written\n",
        );
}

#[test]
fn what_is_converted_is_sound_and_stays_as_it_is() {
    let csv = format!(
        "GroupId,TopicName,Introduction,CreateTime\n{GROUP},a,\"a\n\"\"b\",2016-04-15T17:41:05Z\n"
    );
    let bench = Bench::new().file("rows.csv", csv);
    let ran = bench.run(&["convert", "rows.csv"]);
    let line = format!(
        "{{\"GroupId\":\"{GROUP}\",\"TopicName\":\"a\",\"Introduction\":\"a\\n\\\"b\",\"CreateTime\":1460742065}}\n"
    );
    ran.assert(0, &line, "");
    let bench = bench.file("rows.jsonl", &line);
    bench.run(&["convert", "rows.jsonl"]).assert(0, &line, "");
}

#[test]
fn nothing_is_written_where_no_row_can_be_trusted() {
    let row = unnamed_row("a");
    Bench::new()
        .file("rows.json", format!("[{row},{row}"))
        .run(&["convert", "rows.json"])
        .assert(
            2,
            "",
            "rows.json:3: the document ends in the middle: is the file whole?\n\
             topic-import: nothing was written.\n\
             Correct the problem above: every row depends on it.\n",
        );
}

#[test]
fn rows_are_written_to_be_spread_however_many_one_community_has() {
    let rows: String = (0..250).map(|row| unnamed_row(&row.to_string())).collect();
    Bench::new()
        .file("rows.jsonl", &rows)
        .run(&["convert", "rows.jsonl"])
        .assert(0, &rows, "");
}
