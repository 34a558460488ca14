//! Rows as CSV.

use topic_import_bulk::input::{AccountDigits, Format, Input, ProblemRule, RowSettings};
use topic_import_core::{FromAccount, UserId};

use crate::support::{GROUP, messages, only, problems, read, read_with, report};

const HEADER: &str = "GroupId,TopicName,Introduction";

fn table(records: &str) -> String {
    format!("{HEADER}\n{records}")
}

fn header_problems(text: impl AsRef<[u8]>) -> Vec<String> {
    let input = Input::bytes(text.as_ref(), Format::Csv, RowSettings::default());
    let problems = input.each_row(|_| {}).unwrap().problems;
    problems.iter().map(ToString::to_string).collect()
}

fn row_lines(text: &str) -> Vec<u64> {
    read(Format::Csv, text).iter().map(|row| row.line).collect()
}

fn account(cell: &str, digits: AccountDigits) -> Option<FromAccount> {
    let mut settings = RowSettings::default();
    settings.account_digits = digits;
    let text = format!("GroupId,TopicName,From_Account\n{GROUP},x,{cell}\n");
    let row = read_with(settings, Format::Csv, text).remove(0);
    row.topic.unwrap().from_account
}

fn user(id: &str) -> FromAccount {
    FromAccount::Text(UserId::parse(id).unwrap())
}

#[test]
fn a_cell_holds_commas_line_ends_and_quotation_marks_if_it_is_quoted() {
    let topic = only(
        Format::Csv,
        table(&format!("{GROUP},\"a,\"\"b\"\"\",\" line\r\nline \"\n")),
    );
    assert_eq!(topic.topic_name.as_str(), "a,\"b\"");
    assert_eq!(topic.introduction.unwrap().as_str(), " line\r\nline ");
}

#[test]
fn a_row_stands_on_the_line_on_which_it_begins_before_and_after_line_ends_in_cells() {
    let records = format!("{GROUP},a,\n{GROUP},\"b\n\n\",\"\n\"\n\n{GROUP},c,\n");
    assert_eq!(row_lines(&table(&records)), [2, 3, 8]);
    assert_eq!(
        row_lines(&format!("\n\r\n{HEADER}\r\n\r\n{GROUP},a,\r\n")),
        [5]
    );
}

#[test]
fn lines_are_counted_whichever_way_they_end() {
    for end in ["\n", "\r\n", "\r"] {
        let text = [HEADER, "a,\"1", "2\",", "", "b,,", "c,d,"].join(end);
        assert_eq!(row_lines(&text), [2, 5, 6], "{end:?}");
        let messages = messages(Format::Csv, &text);
        let of_b = "5: TopicName: is missing, and required: add it".to_owned();
        assert!(messages.contains(&of_b), "{end:?}: {messages:?}");
    }
}

#[test]
fn an_empty_cell_is_absent() {
    let header = "Type,GroupId,TopicId,TopicName,From_Account,CustomString,FaceUrl,Notification,Introduction,CreateTime";
    let topic = only(Format::Csv, format!("{header}\n,{GROUP},,x,,\"\",,,,\n"));
    assert_eq!(topic, only(Format::Jsonl, crate::support::json_row("")));
    assert_eq!(
        messages(Format::Csv, table(",,x\n")),
        [
            "2: GroupId: is missing, and required: add it",
            "2: TopicName: is missing, and required: add it",
        ]
    );
}

#[test]
fn text_is_taken_as_it_is() {
    let topic = only(Format::Csv, table(&format!("{GROUP}, x ,\" \0\t\"")));
    assert_eq!(topic.topic_name.as_str(), " x ");
    assert_eq!(topic.introduction.unwrap().as_str(), " \0\t");
}

#[test]
fn a_header_may_begin_with_a_mark_and_stand_in_quotation_marks() {
    for header in [
        "\u{feff}GroupId,TopicName",
        "\u{feff}\"GroupId\",\"TopicName\"",
    ] {
        let text = format!("{header}\n{GROUP},x\n");
        assert_eq!(header_problems(&text), [""; 0]);
        assert_eq!(only(Format::Csv, text).group_id().as_str(), GROUP);
    }
}

#[test]
fn a_header_that_names_an_unknown_field_or_one_twice_is_a_problem() {
    assert_eq!(
        header_problems("\nGroupId,TopicNmae,GroupId,Members,Topic Name\nx,x,x,x,x\n"),
        [
            "2: TopicNmae: is no field of import_topic: did you mean `TopicName`?",
            "2: GroupId: is given twice: keep one",
            "2: Members: is no field of import_topic: leave it out, or put it into CustomString",
            "2: Topic Name: is no field of import_topic: did you mean `TopicName`?",
        ]
    );
    assert_eq!(
        header_problems(b"Group\xffId,TopicNmae\n"),
        ["1: the input is not UTF-8: save it in that encoding"]
    );
    assert_eq!(
        header_problems("GroupId,\"TopicName\n"),
        ["1: has a quotation mark that is never closed: close it"]
    );
}

#[test]
fn a_file_without_rows_has_none_and_no_problems() {
    for text in [
        "",
        "\n\r\n",
        "\u{feff}",
        HEADER,
        &table(""),
        &table("\r\n\n"),
    ] {
        assert!(read(Format::Csv, text).is_empty(), "{text:?}");
        assert_eq!(header_problems(text), [""; 0], "{text:?}");
    }
}

#[test]
fn a_record_with_another_number_of_cells_is_a_problem() {
    let found = problems(Format::Csv, table(&format!("{GROUP},x\n{GROUP},x,y,z\n")));
    let found: Vec<_> = found
        .iter()
        .map(|problem| {
            (
                problem.rule,
                problem.to_string(),
                &problem.limit,
                &problem.found,
            )
        })
        .collect();
    let few = "2: has 2 cells where the header has 3: write empty cells too, and quote cells that hold line breaks";
    let many = "3: has 4 cells where the header has 3: quote cells that hold commas";
    assert_eq!(
        found,
        [
            (ProblemRule::Syntax, few.into(), &3.into(), &2.into()),
            (ProblemRule::Syntax, many.into(), &3.into(), &4.into()),
        ]
    );
}

#[test]
fn empty_cells_beyond_the_header_are_nothing_where_no_comma_can_have_made_them() {
    let text = format!("GroupId,TopicName\n{GROUP},x,,\n,,,\n");
    assert_eq!(only(Format::Csv, text).topic_name.as_str(), "x");
    assert_eq!(
        only(Format::Csv, table(&format!("{GROUP},x,,,\n"))),
        only(Format::Csv, table(&format!("{GROUP},x,\n")))
    );
    let what = "has 4 cells where the header has 3: quote cells that hold commas, or remove the empty ones at the end";
    assert_eq!(
        messages(Format::Csv, table(&format!("{GROUP},Hello, world,\n"))),
        [format!("2: {what}")]
    );
    let header = "TopicName,Introduction,GroupId";
    assert_eq!(
        messages(Format::Csv, format!("{header}\nx,read, write,{GROUP}\n")),
        ["2: has 4 cells where the header has 3: quote cells that hold commas"]
    );
}

#[test]
fn a_separator_that_is_told_wrongly_is_said() {
    assert_eq!(
        header_problems(format!("sep=;\nGroupId,TopicName\n{GROUP},x\n")),
        [
            "2: has one column, \"GroupId,TopicName\", as the line `sep=;` above it says what stands between columns: \
             correct that line, or remove it"
        ]
    );
    // A title that has a comma in it is no header.
    let found = header_problems("sep=;\nTopics, 2021\n");
    assert!(
        found.iter().all(|problem| !problem.contains("sep=")),
        "{found:?}"
    );
}

#[test]
fn a_quotation_mark_that_nothing_closes_swallows_no_rows_in_silence() {
    for records in [
        format!("{GROUP},a,\"b"),
        format!("{GROUP},a,\"b\n{GROUP},c,d\n"),
        format!("{GROUP},a,\"b\"\""),
        format!("{GROUP},a,\""),
    ] {
        assert_eq!(
            messages(Format::Csv, table(&records)),
            ["2: has a quotation mark that is never closed: close it"],
            "{records:?}"
        );
    }
    let closed = only(Format::Csv, table(&format!("{GROUP},a,\"b\"")));
    assert_eq!(closed.introduction.unwrap().as_str(), "b");
}

#[test]
fn a_cell_that_is_not_utf_8_is_a_problem_of_its_field_alone() {
    let mut text = table(&format!("{GROUP},a,")).into_bytes();
    text.extend(b"\xe4\n");
    assert_eq!(
        messages(Format::Csv, text),
        ["2: Introduction: is not UTF-8: save the file in that encoding"]
    );
}

#[test]
fn digits_are_an_account_as_a_number_if_it_comes_out_as_it_went_in() {
    use AccountDigits::Number;
    assert_eq!(account("0", Number), Some(FromAccount::Number(0)));
    assert_eq!(
        account("18446744073709551615", Number),
        Some(FromAccount::Number(u64::MAX))
    );
    for text in ["007", "18446744073709551616", "+1", "-1", "1.0", "anna"] {
        assert_eq!(account(text, Number), Some(user(text)), "{text}");
    }
    assert_eq!(account("", Number), None);
}

#[test]
fn digits_are_an_account_as_text_unless_a_number_is_asked_for() {
    assert_eq!(RowSettings::default().account_digits, AccountDigits::Text);
    for text in ["0", "1002", "007", "anna"] {
        assert_eq!(account(text, AccountDigits::default()), Some(user(text)));
    }
}

#[test]
fn a_number_that_a_spreadsheet_has_rounded_is_no_account_and_no_time() {
    for number in ["1.40019E+11", "1,45E+9", "2E+09", "1.40019e+11"] {
        let text = format!(
            "GroupId,TopicName,From_Account,CreateTime\n{GROUP},x,\"{number}\",\"{number}\"\n"
        );
        let message = |field| {
            format!(
                "2: {field}: is \"{number}\", a number that a spreadsheet has rounded: format the column as text there, restore the digits, and save the file again"
            )
        };
        assert_eq!(
            messages(Format::Csv, text),
            [message("From_Account"), message("CreateTime")]
        );
    }
    for text in [
        "E+11", "1E+", "a1E+11", "1.E+11", "1E+11a", "1.2.3E+4", "1e+11",
    ] {
        assert_eq!(
            account(text, AccountDigits::Text),
            Some(user(text)),
            "{text}"
        );
    }
}

#[test]
fn a_time_that_may_be_the_number_of_a_day_is_said() {
    let note = |time: &str| {
        let rows = read(
            Format::Csv,
            format!("GroupId,TopicName,CreateTime\n{GROUP},x,{time}\n"),
        );
        assert!(rows[0].topic.is_ok());
        rows[0].notes.first().cloned()
    };
    assert!(note("45000").unwrap().starts_with(
        "CreateTime: 45000 is a second of January 1970: if it is a spreadsheet's day number"
    ));
    assert_eq!(
        note("20151124").unwrap().as_ref(),
        "CreateTime: 20151124 is a second of August 1970: if it is the date 2015-11-24, write it with its time and offset, \
         such as 2015-11-24T00:00:00+08:00"
    );
    for time in [
        "0",
        "19999",
        "80000",
        "1448357837",
        "",
        "20151324",
        "19691231",
        "21010101",
    ] {
        assert_eq!(note(time), None, "{time}");
    }
}

#[test]
fn a_record_of_too_many_cells_is_a_problem_and_the_next_one_is_read() {
    let text = table(&format!("{}\n{GROUP},x,\n", ",".repeat(5000)));
    let rows = read(Format::Csv, text);
    assert_eq!(rows.len(), 2);
    let problem = &rows[0].topic.as_ref().unwrap_err()[0];
    assert_eq!(
        problem.to_string(),
        "2: is a record of more than 1 MiB or 1024 cells: is a quotation mark not closed?"
    );
    assert!(rows[1].topic.is_ok());
}

/// One row, however it is written.
fn is_read(text: &str) {
    let topic = only(Format::Csv, text);
    assert_eq!(topic.topic_name.as_str(), "a,b;c", "{text:?}");
    assert_eq!(topic.introduction.unwrap().as_str(), "x", "{text:?}");
}

#[test]
fn the_separator_is_told_by_the_first_line_or_by_the_header() {
    for separator in [",", ";", "\t", "|"] {
        let lines = ["GroupId,TopicName,Introduction", "GROUP,\"a~b;c\",x"];
        let text = lines
            .join("\r\n")
            .replace(',', separator)
            .replace('~', ",")
            .replace("GROUP", GROUP);
        is_read(&text);
        is_read(&format!("sep={separator}\r\n{text}"));
        is_read(&format!("\u{feff}SEP={separator}\n\n{text}\n"));
        is_read(&format!("\"sep={separator}\"\r{text}"));
    }
    // A separator that no header would tell.
    is_read(&format!(
        "sep=^\nGroupId^TopicName^Introduction\n{GROUP}^a,b;c^x"
    ));
    assert_eq!(
        row_lines(&format!(
            "sep=;\r\n\r\n{}\r\n{GROUP};a;\r\n",
            HEADER.replace(',', ";")
        )),
        [4]
    );
    // A comma separates where nothing speaks for anything else.
    assert_eq!(
        header_problems("a;b,c;d,e\n"),
        [
            "1: GroupId: no column is called so; there are \"a;b\", \"c;d\", \"e\"",
            "1: TopicName: no column is called so; there are \"a;b\", \"c;d\", \"e\"",
            "1: a;b: is no field of import_topic: leave it out, or put it into CustomString",
            "1: c;d: is no field of import_topic: leave it out, or put it into CustomString",
            "1: e: is no field of import_topic: leave it out, or put it into CustomString",
        ]
    );
    assert_eq!(header_problems("TopicName;x,GroupId\n").len(), 1);
    assert_eq!(
        header_problems("sep=\n"),
        [
            "1: GroupId: no column is called so; there is only \"sep=\"",
            "1: TopicName: no column is called so; there is only \"sep=\"",
            "1: sep=: is no field of import_topic: leave it out, or put it into CustomString",
        ]
    );
    // A spreadsheet that saved the file again has put empty cells beside it.
    is_read(&format!(
        "sep=;;\nGroupId;TopicName;Introduction\n{GROUP};\"a,b;c\";x"
    ));
    assert_eq!(header_problems("sep=;|\n").len(), 4);
}

#[test]
fn a_header_that_is_mapped_tells_the_separator_as_well() {
    let mut settings = RowSettings::default();
    settings.mappings = topic_import_bulk::input::Mappings::new([
        "GroupId=群组".parse().unwrap(),
        "TopicName=话题, 名".parse().unwrap(),
    ])
    .unwrap();
    let text = format!("群组;话题, 名;a,b,c\n{GROUP};x;\n");
    let topic = read_with(settings, Format::Csv, text)
        .remove(0)
        .topic
        .unwrap();
    assert_eq!(topic.topic_name.as_str(), "x");
}

#[test]
fn columns_and_rows_in_which_nothing_stands_are_nothing() {
    let text =
        format!(",,,,\n,GroupId,TopicName,,\n,,,,\n,{GROUP},x,,\n,,\n\"\",,,,,,\n,{GROUP},y,\n");
    let rows = read(Format::Csv, &text);
    let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
    assert_eq!(lines, [4, 7]);
    assert!(rows.iter().all(|row| row.topic.is_ok()));
    assert_eq!(report(Format::Csv, &text).problems, []);
}

#[test]
fn what_stands_in_a_column_without_a_name_spoils_the_input() {
    let text =
        format!("GroupId,TopicName,,Introduction\n{GROUP},x,,\n{GROUP},y,z,\n{GROUP},y,z,\n");
    let report = report(Format::Csv, &text);
    assert!(report.header_is_bad);
    assert_eq!(
        (report.rows, report.invalid, report.problems_total),
        (3, 3, 1)
    );
    assert_eq!(
        report.problems[0].to_string(),
        "3: something stands in column 3, which has no name: name it, or empty it"
    );
}

#[test]
fn what_a_spreadsheet_could_not_keep_is_no_text() {
    for (cell, message) in [
        (
            "#NAME?",
            "is #NAME?, the error value of a spreadsheet: write what should be there instead",
        ),
        (
            "1.40019E+11",
            "is \"1.40019E+11\", a number that a spreadsheet has rounded: format the column as text there, restore the digits, and save the file again",
        ),
    ] {
        let found = messages(Format::Csv, table(&format!("{GROUP},{cell},{cell}\n")));
        let expected = ["TopicName", "Introduction"].map(|field| format!("2: {field}: {message}"));
        assert_eq!(found, expected);
    }
    only(
        Format::Csv,
        table(&format!("{GROUP},#N/A is a channel,1.5E+3x\n")),
    );
}
