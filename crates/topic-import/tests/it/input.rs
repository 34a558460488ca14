//! Where rows come from.

use topic_import_emulator::Emulator;

use crate::support::{Bench, GROUP, named_rows, unnamed_row};

#[test]
fn standard_input_is_read_where_its_format_is_told() {
    let bench = Bench::new().stdin(named_rows(3));
    let json = ["import", "-", "--format", "jsonl", "--emulator"];
    bench
        .run(&json)
        .assert_summary(0, "3 rows: 3 imported; 3 calls", "");
    bench
        .run(&["check", "-", "--format", "jsonl"])
        .assert(0, "3 rows, no problems\n", "");
    bench.run(&["check", "-"]).assert(
        1,
        "",
        "topic-import: standard input: the name does not say how the rows are written: give --format jsonl, csv, spreadsheet or json,\nor --from where another system exported it\n",
    );
}

#[test]
fn problems_of_standard_input_are_named_so() {
    let bench = Bench::new().stdin("\n[]\n");
    bench
        .run(&["check", "-", "--format", "jsonl"])
        .assert_checked(
            "standard input:2: is no JSON object: a row is one JSON object on one line\n\
         1 row, 1 of them invalid, 1 problem\n",
            "",
        );
}

/// A shell's `<(…)` is such a file: it can be read once.
#[cfg(unix)]
#[test]
fn a_pipe_under_a_name_is_read_as_standard_input_is() {
    let bench = Bench::new().stdin(named_rows(3));
    let arguments = ["import", "/dev/stdin", "--format", "jsonl", "--emulator"];
    bench
        .run(&arguments)
        .assert_summary(0, "3 rows: 3 imported; 3 calls", "");
}

/// What lies in the directory in which a bench runs, without the files of a journal's lock.
fn journals(bench: &Bench) -> Vec<String> {
    let entries = std::fs::read_dir(bench.path(".")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !name.ends_with("-lock")).collect()
}

#[test]
fn the_journal_of_standard_input_has_a_name_from_its_content_and_goes_on_with_it() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).stdin(format!("{}{{}}\n", named_rows(3)));
    let import = ["import", "-", "--format", "jsonl"];
    // Nothing is left of what may not begin.
    let refused = bench.run(&import);
    assert_eq!(
        (refused.status, journals(&bench)),
        (1, Vec::new()),
        "{}",
        refused.stderr
    );
    let skipping = [&import[..], &["--skip-invalid"]].concat();
    let first = bench.run(&skipping);
    assert_eq!(first.status, 2, "{}", first.stderr);
    let names = journals(&bench);
    let [name] = &*names else {
        panic!("{names:?}");
    };
    assert!(
        name.starts_with("stdin-") && name.ends_with(".journal"),
        "{name}"
    );
    let said = format!("topic-import: the progress is recorded in {name}\n");
    assert!(first.stderr.contains(&said), "{first:?}");
    let again = bench.run(&import);
    assert!(
        again
            .stderr
            .starts_with(&format!("topic-import: continuing with {name}\n")),
        "{}",
        again.stderr
    );
    assert_eq!((again.status, journals(&bench)), (2, names));
    assert_eq!(emulator.state().topics_len(), 3);
}

#[test]
fn the_extension_tells_the_format_and_the_option_overrules_it() {
    let csv = format!("GroupId,TopicName\n{GROUP},a\n");
    let bench = Bench::new()
        .file("rows.CSV", &csv)
        .file("rows.txt", &csv)
        .file("rows.json", &csv);
    let imported = "1 row: 1 imported; 1 call";
    bench
        .run(&["import", "rows.CSV", "--emulator"])
        .assert_summary(0, imported, "");
    for name in ["rows.txt", "rows.json"] {
        bench
            .run(&["import", name, "--format", "csv", "--emulator"])
            .assert_summary(0, imported, "");
    }
    bench.run(&["import", "rows.txt", "--emulator"]).assert(
        1,
        "",
        "topic-import: rows.txt: the name does not say how the rows are written: give --format jsonl, csv, spreadsheet or json,\nor --from where another system exported it\n",
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("folder.jsonl")).unwrap();
    for command in ["check", "import"] {
        for (name, why) in [
            ("missing.jsonl", "there is no such file: check the path"),
            (
                "folder.jsonl",
                "it holds none of the files that are to be read: *.jsonl, *.ndjson",
            ),
        ] {
            let emulator: &[&str] = if command == "import" {
                &["--emulator"]
            } else {
                &[]
            };
            let ran = bench.run(&[&[command, name], emulator].concat());
            ran.assert(1, "", &format!("topic-import: cannot read {name}: {why}\n"));
        }
    }
}

#[test]
fn that_a_file_is_missing_comes_before_how_it_is_written() {
    let bench = Bench::new().file("my channels.csv", "");
    for files in [&["my", "channels.csv"][..], &["my channels.csv", "my"]] {
        let ran = bench.run(&[&["check"], files].concat());
        let said = "topic-import: cannot read my: there is no such file: check the path\n";
        ran.assert(1, "", said);
    }
}

#[test]
fn an_archive_or_a_directory_is_read_once_it_is_known_how() {
    let bench = Bench::new()
        .file("export.zip", b"PK\x03\x04\x14\0".as_slice())
        .file("rows.jsonl.gz", b"\x1f\x8b\x08\0".as_slice());
    std::fs::create_dir(bench.path("export")).unwrap();
    for name in ["export.zip", "export"] {
        let ran = bench.run(&["check", name]);
        assert_eq!((ran.status, &*ran.stdout), (1, ""));
        let said = "nothing says which of its files are to be read: give --format jsonl, csv, spreadsheet or json,\nor --from";
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    // None of them is whole.
    for arguments in [
        &["check", "export.zip", "--from", "slack"][..],
        &["check", "rows.jsonl.gz"],
        &["check", "export", "--from", "slack"],
    ] {
        let ran = bench.run(arguments);
        assert_eq!((ran.status, &*ran.stdout), (1, ""));
        let said = format!("topic-import: cannot read {}", arguments[1]);
        assert!(ran.stderr.starts_with(&said), "{}", ran.stderr);
    }
}

#[test]
fn a_file_without_rows_is_nothing_to_do() {
    for content in ["", "\n\n", "\u{feff}"] {
        Bench::new()
            .file("rows.jsonl", content)
            .run(&["import", "rows.jsonl", "--emulator"])
            .assert_summary(
                0,
                "0 rows: nothing to do; 0 calls",
                "rows.jsonl: there is no topic in it: is it the right file, and complete?\n",
            );
    }
}

#[test]
fn a_line_of_standard_input_may_be_larger_than_memory_should_be() {
    let mut text = unnamed_row(&"x".repeat(3 * 1024 * 1024));
    text.push_str(&unnamed_row("a"));
    Bench::new()
        .stdin(text)
        .run(&["check", "-", "--format", "jsonl"])
        .assert_checked(
            "standard input:1: is longer than 1 MiB: a row is one JSON object on one line\n\
         2 rows, 1 of them invalid, 1 problem\n",
            "",
        );
}

#[test]
fn a_json_file_of_lines_is_read_however_long_the_first_one_is() {
    let row = |name: &str, more: &str| format!("{{\"name\":\"{name}\",\"more\":\"{more}\"}}");
    let (long, longest) = ("x".repeat(100_000), "x".repeat(1_200_000));
    let bench = Bench::new()
        .file(
            "long.json",
            format!("{}\n{}\n", row("a", &long), row("b", "")),
        )
        .file(
            "longest.json",
            format!("{}\n{}\n", row("a", &longest), row("b", "")),
        )
        .file(
            "list.json",
            format!(
                "{{\"rooms\":[{},{}]}}",
                row("a", &long),
                row("b", &longest[..900_000])
            ),
        );
    let map = ["--group-id", GROUP, "--map", "TopicName=.name"];
    for (name, said) in [
        ("long.json", ""),
        ("list.json", "list.json: rows: 2 at `.rooms`\n"),
    ] {
        bench
            .run(&[&["check", name], &map[..]].concat())
            .assert(0, "2 rows, no problems\n", said);
    }
    bench
        .run(&[&["check", "longest.json"], &map[..]].concat())
        .assert_checked(
            "longest.json:1: is longer than 1 MiB: a row is one JSON object on one line\n\
         2 rows, 1 of them invalid, 1 problem\n",
            "",
        );
}

#[test]
fn a_damaged_spreadsheet_is_refused_in_one_line() {
    // The header of a compound file, which names a sector that is cut off.
    let mut book = [0; 512 + 6];
    book[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    book[24..34].copy_from_slice(b"\x3e\0\x03\0\xfe\xff\x09\0\x06\0");
    (book[44], book[48], book[57]) = (1, 1, 0x10);
    for none in [60, 68] {
        book[none..none + 4].copy_from_slice(b"\xfe\xff\xff\xff");
    }
    book[80..512].fill(0xff);
    let bench = Bench::new().file("rows.xls", book);
    bench.run(&["check", "rows.xls"]).assert(
        1,
        "",
        "topic-import: cannot read rows.xls: it is no spreadsheet, or a damaged one: save it anew as .xlsx, .ods or CSV\n",
    );
}
