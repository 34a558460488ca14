//! Tables as people have them: in any encoding, with any separator, from a spreadsheet, with its dates.

use std::io::{Cursor, Write as _};

use topic_import_emulator::Emulator;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{Bench, GROUP};

/// `船屋` in GBK.
const BOATHOUSE: &[u8] = b"\xb4\xac\xce\xdd";

fn gbk(before: &str, after: &str) -> Vec<u8> {
    [before.as_bytes(), BOATHOUSE, after.as_bytes()].concat()
}

#[test]
fn an_encoding_that_does_not_tell_itself_is_asked_for_and_taken() {
    let bench = Bench::new()
        .file(
            "rows.csv",
            gbk(&format!("GroupId,TopicName\r\n{GROUP},"), "\r\n"),
        )
        .file("head.csv", gbk("", &format!(",GroupId\r\nx,{GROUP}\r\n")))
        .file(
            "rows.jsonl",
            gbk(
                &format!("{{\"GroupId\":\"{GROUP}\",\"TopicName\":\""),
                "\"}\n",
            ),
        );
    for (name, line) in [("rows.csv", 2), ("head.csv", 1), ("rows.jsonl", 1)] {
        bench.run(&["check", name]).assert_checked(
            &format!(
                "{name}:{line}: the input is not UTF-8: save it in that encoding, \
                 or name its encoding with --encoding, such as windows-1252 (Excel's in the West), gbk, shift_jis\n\
                 1 row, 1 of them invalid, 1 problem\n"
            ),
            "",
        );
    }
    for name in ["rows.csv", "rows.jsonl"] {
        bench
            .run(&["check", name, "--encoding", "cp936"])
            .assert(0, "1 row, no problems\n", "");
    }
    bench
        .run(&[
            "check",
            "head.csv",
            "--encoding",
            "GBK",
            "--map",
            "TopicName=船屋",
        ])
        .assert(0, "1 row, no problems\n", "");
    let ran = bench.run(&["check", "rows.csv", "--encoding", "klingon"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr
            .contains("\"klingon\" is no encoding: write gbk,"),
        "{}",
        ran.stderr
    );
}

#[test]
fn another_encoding_is_another_run() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file(
        "rows.csv",
        gbk(&format!("GroupId,TopicName\r\n{GROUP},"), "\r\n"),
    );
    let ran = bench.run(&["import", "rows.csv", "--encoding", "gbk"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(
        emulator.state().topics()[0].profile.topic_name.clone(),
        "船屋"
    );
    let ran = bench.run(&["import", "rows.csv", "--encoding", "big5"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("--encoding was GBK, and is Big5 now"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_list_of_groups_may_be_saved_by_a_spreadsheet() {
    let rows = gbk("team;TopicName\r\n", ";x\r\n");
    let map = ["--map", "GroupId=team", "--encoding", "gbk"];
    let check = [&["check", "rows.csv", "--groups", "groups.csv"], &map[..]].concat();
    for list in [
        gbk(
            "sep=;\r\nsource;GroupId;\r\n",
            &format!(";{GROUP};\r\n;;\r\n"),
        ),
        format!("\u{feff}source;GroupId\r\n船屋;{GROUP}\r\n").into(),
    ] {
        let bench = Bench::new()
            .file("rows.csv", &rows)
            .file("groups.csv", list);
        bench.run(&check).assert(0, "1 row, no problems\n", "");
    }
    let bench = Bench::new()
        .file("rows.csv", "team;TopicName\n")
        .file("groups.csv", gbk("", &format!(";{GROUP}\r\n")));
    bench.run(&check[..6]).assert(
        1,
        "",
        "topic-import: groups.csv:1: is not UTF-8: save the file in that encoding, \
         or name its encoding with --encoding, such as windows-1252 (Excel's in the West), gbk, shift_jis\n",
    );
}

#[test]
fn an_encoding_that_was_refused_is_not_proposed_again() {
    let rows = [
        format!("GroupId,TopicName\n{GROUP},Caf").as_bytes(),
        b"\xff\n",
    ]
    .concat();
    let bench = Bench::new().file("rows.csv", rows);
    for (tried, others) in [
        ("gbk", "windows-1252 (Excel's in the West), shift_jis"),
        ("SJIS", "windows-1252 (Excel's in the West), gbk"),
        (
            "utf-8",
            "windows-1252 (Excel's in the West), gbk, shift_jis",
        ),
    ] {
        let ran = bench.run(&["check", "rows.csv", "--encoding", tried]);
        let end = format!("or name its encoding with --encoding, such as {others}\n");
        assert_eq!(ran.status, 2);
        assert!(ran.stderr.ends_with(&end), "{}", ran.stderr);
    }
}

#[test]
fn separators_marks_and_what_is_empty_need_no_option() {
    let unicode = format!("\u{feff}GroupId\tTopicName\r\n{GROUP}\t船屋\r\n");
    let utf_16: Vec<u8> = unicode.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bench = Bench::new()
        .file(
            "semicolons.csv",
            format!("GroupId;TopicName;;\r\n{GROUP};a,b;;\r\n;;;\r\n"),
        )
        .file(
            "told.csv",
            format!("sep=;\r\nGroupId;TopicName\r\n{GROUP};a\r\n"),
        )
        .file("tabs.tsv", format!("GroupId\tTopicName\n{GROUP}\ta\n"))
        .file("unicode.tsv", utf_16);
    for name in ["semicolons.csv", "told.csv", "tabs.tsv", "unicode.tsv"] {
        bench
            .run(&["check", name])
            .assert(0, "1 row, no problems\n", "");
    }
}

#[test]
fn a_time_without_a_zone_is_asked_for_it_and_shown_as_it_stands() {
    let bench = Bench::new()
        .file(
            "rows.csv",
            format!("GroupId,TopicName,CreateTime\n{GROUP},a,2021/3/4 10:00\n"),
        )
        .file(
            "rooms.json",
            "[{\"name\":\"a\",\"at\":\"2021-03-04 10:00:00\"}]",
        );
    let mapped = [
        "rooms.json",
        "--group-id",
        GROUP,
        "--map",
        "TopicName=.name",
        "--map",
        "CreateTime=.at",
    ];
    for (arguments, place, time) in [
        (&["rows.csv"][..], "rows.csv:2:", "2021/3/4 10:00"),
        (&mapped[..], "rooms.json:1: row 1:", "2021-03-04 10:00:00"),
    ] {
        let check = [&["check"], arguments].concat();
        bench.run(&check).assert_checked(
            &format!(
                "{place} CreateTime: is \"{time}\", a time without its zone: write it with its offset, \
                 or name the zone with --time-zone, such as --time-zone +08:00\n\
                 1 row, 1 of them invalid, 1 problem\n"
            ),
            "",
        );
        for zone in ["+08:00", "-0330", "Asia/Shanghai"] {
            let check = [&check[..], &["--time-zone", zone]].concat();
            bench.run(&check).assert(0, "1 row, no problems\n", "");
        }
        let convert = [&["convert"], arguments, &["--time-zone=Asia/Shanghai"]].concat();
        let ran = bench.run(&convert);
        assert!(
            ran.stdout.ends_with("\"CreateTime\":1614823200}\n"),
            "{}",
            ran.stdout
        );
    }
    let ran = bench.run(&["check", "rows.csv", "--time-zone", "Peking"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr
            .contains("\"Peking\" is no time zone: write an offset such as +08:00"),
        "{}",
        ran.stderr
    );
}

/// A workbook in which each sheet has these rows of texts.
fn xlsx(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    const MAIN: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";
    let relation = |id: usize, kind: &str, target: &str| {
        format!("<Relationship Id=\"r{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>")
    };
    let relations = |all: String| format!("<Relationships {PACKAGE}>{all}</Relationships>");
    let numbered = || (1..).zip(sheets);
    let names = numbered()
        .map(|(id, (name, _))| format!("<sheet name=\"{name}\" sheetId=\"{id}\" r:id=\"r{id}\"/>"));
    let targets = numbered().map(|(id, _)| relation(id, "worksheet", &format!("sheet{id}.xml")));
    let mut files = vec![
        (
            "_rels/.rels".to_owned(),
            relations(relation(1, "officeDocument", "xl/workbook.xml")),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            relations(targets.collect()),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!(
                "<workbook {MAIN} xmlns:r=\"{RELATIONS}\"><sheets>{}</sheets></workbook>",
                names.collect::<String>()
            ),
        ),
    ];
    for (id, (_, rows)) in numbered() {
        let cell = |text: &&str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
        let row =
            |cells: &&[&str]| format!("<row>{}</row>", cells.iter().map(cell).collect::<String>());
        let rows: String = rows.iter().map(row).collect();
        files.push((
            format!("xl/sheet{id}.xml"),
            format!("<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"),
        ));
    }
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let stored =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(name, stored).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_spreadsheet_is_read_and_which_of_its_sheets_is_said() {
    let topics: &[&[&str]] = &[&["GroupId", "TopicName"], &[GROUP, "a"], &[], &[GROUP, "b"]];
    let old: &[&[&str]] = &[&["TopicNmae"], &["x"]];
    let book = xlsx(&[("Topics", topics), ("Old ones", old)]);
    let bench = Bench::new()
        .file("rows.xlsx", &book)
        .file("one.xlsx", xlsx(&[("Topics", topics)]))
        .file("broken.xlsx", "GroupId,TopicName\n")
        .stdin(book);
    let said = |name: &str| {
        format!("{name}: only the sheet \"Topics\" is read, 1 of 2: --sheet names another\n")
    };
    bench
        .run(&["check", "rows.xlsx"])
        .assert(0, "2 rows, no problems\n", &said("rows.xlsx"));
    bench
        .run(&["check", "-", "--format", "spreadsheet"])
        .assert(0, "2 rows, no problems\n", &said("standard input"));
    bench
        .run(&["check", "one.xlsx"])
        .assert(0, "2 rows, no problems\n", "");
    bench
        .run(&["check", "rows.xlsx", "--sheet", "Topics"])
        .assert(0, "2 rows, no problems\n", "");
    let ran = bench.run(&["check", "rows.xlsx", "--sheet", "Old ones"]);
    assert!(
        ran.stderr
            .contains("rows.xlsx:1: TopicNmae: is no field of import_topic"),
        "{}",
        ran.stderr
    );
    bench.run(&["check", "rows.xlsx", "--sheet", "topics"]).assert(
        1,
        "",
        "topic-import: cannot read rows.xlsx: it has no sheet \"topics\": it has \"Topics\", \"Old ones\"\n",
    );
    for (name, option, why) in [
        (
            "rows.csv",
            "--sheet",
            "rows.csv is no spreadsheet: leave it out",
        ),
        (
            "rows.xlsx",
            "--encoding",
            "rows.xlsx is a spreadsheet, which says itself how it is encoded: leave it out",
        ),
    ] {
        let said = format!("topic-import: {option}: {why}\n");
        bench
            .run(&["check", name, option, "gbk"])
            .assert(1, "", &said);
    }
    bench.run(&["check", "broken.xlsx"]).assert(
        1,
        "",
        "topic-import: cannot read broken.xlsx: it is no spreadsheet, or a damaged one: save it anew as .xlsx, .ods or CSV\n",
    );
    bench
        .run(&["import", "rows.xlsx", "--sheet", "Topics", "--emulator"])
        .assert_summary(0, "2 rows: 2 imported; 2 calls", "");
}

#[test]
fn each_of_several_spreadsheets_says_which_sheet_is_read() {
    let topics: &[&[&str]] = &[&["GroupId", "TopicName"], &[GROUP, "a"]];
    let others: &[&[&str]] = &[&["GroupId", "TopicName"], &[GROUP, "b"]];
    let bench = Bench::new()
        .file("a.xlsx", xlsx(&[("Topics", topics), ("Old", topics)]))
        .file("b.xlsx", xlsx(&[("Topics", &[topics[0], &[GROUP, "c"]])]))
        .file(
            "c.xlsx",
            xlsx(&[("More", others), ("X", others), ("Y", others)]),
        );
    bench.run(&["check", "a.xlsx", "b.xlsx", "c.xlsx"]).assert(
        0,
        "3 rows, no problems\n",
        "a.xlsx: only the sheet \"Topics\" is read, 1 of 2: --sheet names another\n\
         c.xlsx: only the sheet \"More\" is read, 1 of 3: --sheet names another\n",
    );
}

#[test]
fn lists_beside_the_rows_may_be_spreadsheets_and_in_the_encoding_of_the_rows() {
    let groups: &[&[&str]] = &[&["source", "GroupId"], &["lobby", "@TGS#_a"]];
    let communities: &[&[&str]] = &[&["GroupId", "Name"], &["@TGS#_a", "Lobby"]];
    let damaged: &[&[&str]] = &[
        &["GroupId", "Name", "Owner_Account"],
        &["@TGS#_a", "Lobby", "1.40019E+11"],
    ];
    let gbk = [b"GroupId,Name\n@TGS#_a,\xb4\xac".as_slice(), b"\n"].concat();
    let bench = Bench::new()
        .file("rows.csv", "club,name\nlobby,Boats\n")
        .file("gbk.csv", b"club,name\nlobby,\xb4\xac\n".as_slice())
        .file("groups.xlsx", xlsx(&[("Groups", groups)]))
        .file("communities.xlsx", xlsx(&[("Communities", communities)]))
        .file("damaged.xlsx", xlsx(&[("Communities", damaged)]))
        .file("broken.xlsx", "x")
        .file("communities.csv", gbk);
    let mapped = ["--map", "GroupId=club", "--map", "TopicName=name"];
    let run = |arguments: &[&str]| bench.run(&[arguments, &mapped].concat());
    run(&[
        "import",
        "rows.csv",
        "--emulator",
        "--groups",
        "groups.xlsx",
        "--communities",
        "communities.xlsx",
    ])
    .assert_summary(0, "1 community: 1 imported\n1 row: 1 imported; 2 calls", "");
    run(&[
        "check",
        "gbk.csv",
        "--encoding",
        "gbk",
        "--groups",
        "groups.xlsx",
        "--communities",
        "communities.csv",
    ])
    .assert(0, "1 row, no problems\n1 community, no problems\n", "");
    let ran = run(&[
        "check",
        "rows.csv",
        "--groups",
        "groups.xlsx",
        "--communities",
        "damaged.xlsx",
    ]);
    assert!(
        ran.stderr.contains("damaged.xlsx:2: Owner_Account: is \"1.40019E+11\", a number that a spreadsheet has rounded"),
        "{}",
        ran.stderr
    );
    let ran = run(&["check", "rows.csv", "--groups", "broken.xlsx"]);
    assert!(
        ran.stderr
            .contains("broken.xlsx cannot be read: it is no spreadsheet, or a damaged one"),
        "{}",
        ran.stderr
    );
}

#[test]
fn dates_as_spreadsheets_write_them_lead_to_what_reads_them() {
    let by_form = |path: &str| {
        format!(
            "CreateTime=({path} // empty) | if tostring | test(\"^[0-9]{{4}}\") then . \
             else strptime(\"%d.%m.%Y %H:%M\") | strftime(\"%Y-%m-%d %H:%M:%S\") end"
        )
    };
    let by_days = |path: &str| {
        format!(
            "CreateTime=({path} // empty) | tostring | if test(\"^[0-9]{{5}}([.,][0-9]+)?$\") \
             then ((sub(\",\"; \".\") | tonumber) - 25569) * 86400 | round | strftime(\"%Y-%m-%d %H:%M:%S\") else . end"
        )
    };
    let table = [
        &["GroupId", "TopicName", "CreateTime"][..],
        &[GROUP, "a", "04.03.2021 10:00"],
        &[GROUP, "b", "2021-03-04 10:00"],
        &[GROUP, "c", "44259.41667"],
        &[GROUP, "d", "44259,41667"],
    ];
    let csv: Vec<String> = table.iter().map(|row| row.join(";")).collect();
    let bench = Bench::new()
        .file("rows.csv", csv.join("\n"))
        .file("rows.xlsx", xlsx(&[("Topics", &table)]));
    for file in ["rows.csv", "rows.xlsx"] {
        let ran = bench.run(&["check", file]);
        let order = format!(
            "{file}:2: CreateTime: is \"04.03.2021 10:00\", and nothing says whether the day or the month comes first: \
             write the year first, such as 2021-03-04 10:00:00, or say it in an expression, such as \
             --map '{}' (exchange %d and %m where the month comes first)\n",
            by_form(".CreateTime")
        );
        let zone = format!(
            "{file}:3: CreateTime: is \"2021-03-04 10:00\", a time without its zone: write it with its offset, \
             or name the zone with --time-zone, such as --time-zone +08:00\n"
        );
        let days = |line: u64, number: &str| {
            format!(
                "{file}:{line}: CreateTime: is {number}, which may be the number of a day, as spreadsheets count them: \
                 format the column as a date and a time there, and save the file again, or count in an expression, such as \
                 --map '{}'\n",
                by_days(".CreateTime")
            )
        };
        let days = days(4, "44259.41667") + &days(5, "44259,41667");
        ran.assert_checked(
            &format!("{order}{zone}{days}4 rows, 4 of them invalid, 4 problems\n"),
            "",
        );
    }
    // What is proposed reads each of them, in the zone that is named, and leaves alone what is right or empty.
    let others = "2021-03-04 10:00:00;1614823200;2021-03-04T10:00:00+08:00;".split(';');
    for (cells, mapping) in [
        (&["04.03.2021 10:00"][..], by_form(".[\"Angelegt am\"]")),
        (
            &["44259.41667", "44259,41667"],
            by_days(".[\"Angelegt am\"]"),
        ),
    ] {
        let cells = cells.iter().copied().chain(others.clone());
        let rows: Vec<String> = cells
            .clone()
            .map(|cell| format!("{GROUP};a;{cell}\n"))
            .collect();
        let text = format!("GroupId;TopicName;Angelegt am\n{}", rows.concat());
        let bench = Bench::new().file("own.csv", text);
        let zone = ["--time-zone", "+08:00"];
        let ran = bench.run(
            &[
                &["check", "own.csv", "--map", "CreateTime=Angelegt am"][..],
                &zone,
            ]
            .concat(),
        );
        assert!(
            ran.stderr.contains(&format!("--map '{mapping}'"))
                || ran.stdout.contains(&format!("--map '{mapping}'")),
            "{ran:?}"
        );
        let ran = bench.run(&[&["convert", "own.csv", "--map", &mapping][..], &zone].concat());
        let times = ran.stdout.matches("\"CreateTime\":1614823200").count();
        assert_eq!((ran.status, times), (0, rows.len() - 1), "{ran:?}");
    }
}

#[test]
fn a_date_that_is_not_of_the_form_is_shown_with_the_form() {
    let bench = Bench::new().file(
        "rows.csv",
        format!("GroupId,TopicName,at\n{GROUP},a,06.03.2021\n{GROUP},b,31.02.2021 10:00\n{GROUP},c,06.03.2021 10:00\n"),
    );
    let expression = ".at | strptime(\"%d.%m.%Y %H:%M\") | mktime";
    let mapping = format!("CreateTime={expression}");
    bench.run(&["check", "rows.csv", "--map", &mapping]).assert_checked(
        &format!(
            "rows.csv:2: CreateTime: `{expression}`: \"06.03.2021\" does not have the form %d.%m.%Y %H:%M\n\
             rows.csv:3: CreateTime: `{expression}`: \"31.02.2021 10:00\" is no date\n\
             3 rows, 2 of them invalid, 2 problems\n"
        ),
        "",
    );
}

#[test]
fn what_has_to_be_quoted_is_called_as_it_is() {
    for (separator, name) in [(",", "commas"), (";", "semicolons"), ("\t", "tabs")] {
        let row = [GROUP, "a", "b", "c"].join(separator);
        let header = ["GroupId", "TopicName", "Introduction"].join(separator);
        let bench = Bench::new().file("rows.csv", format!("{header}\n{row}\n"));
        bench.run(&["check", "rows.csv"]).assert_checked(
            &format!(
                "rows.csv:2: has 4 cells where the header has 3: quote cells that hold {name}\n\
                 1 row, 1 of them invalid, 1 problem\n"
            ),
            "",
        );
    }
}

#[test]
fn communities_have_their_dates_in_the_zone_that_is_named() {
    let table = [
        &["GroupId", "Name", "CreateTime"][..],
        &[GROUP, "Riverside", "2021-03-04 10:00:00"],
    ];
    let csv: Vec<String> = table.iter().map(|row| row.join(",")).collect();
    let bench = Bench::new()
        .file("rows.jsonl", crate::support::unnamed_row("a"))
        .file("list.csv", csv.join("\n"))
        .file("list.xlsx", xlsx(&[("Communities", &table)]))
        .file(
            "groups.csv",
            format!("source,GroupId,CreateTime\nlobby,{GROUP},2021-03-04 10:00\n"),
        )
        .file("channels.jsonl", "{\"name\":\"a\",\"of\":\"lobby\"}\n");
    for file in ["list.csv", "list.xlsx"] {
        let check = ["check", "rows.jsonl", "--communities", file];
        let ran = bench.run(&check);
        let said =
            format!("{file}:2: CreateTime: is \"2021-03-04 10:00:00\", a time without its zone: ");
        assert!(ran.stderr.starts_with(&said), "{ran:?}");
        assert!(ran.stderr.contains(", or name the zone with --time-zone"));
        let ran = bench.run(&[&check[..], &["--time-zone", "+08:00"]].concat());
        assert_eq!((ran.status, &*ran.stderr), (0, ""));
    }
    let check = [
        "check",
        "channels.jsonl",
        "--map",
        "TopicName=.name",
        "--map",
        "GroupId=.of",
        "--groups",
        "groups.csv",
        "--create-communities",
    ];
    let ran = bench.run(&check);
    let said = "topic-import: groups.csv:2: CreateTime: is \"2021-03-04 10:00\", a time without its zone: \
                write it with its offset, or name the zone with --time-zone, such as --time-zone +08:00\n";
    assert_eq!((ran.status, &*ran.stderr), (1, said));
    let ran = bench.run(&[&check[..], &["--time-zone", "Asia/Shanghai"]].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn a_table_without_a_community_names_its_columns_and_the_nearest() {
    let bench = Bench::new()
        .file("none.csv", "TopicName,CreateTime\na,1\nb,2\n")
        .file("near.csv", format!("Chat group,TopicName\n{GROUP},a\n"));
    bench.run(&["check", "none.csv"]).assert_checked(
        "none.csv:1: GroupId: no column is called so; there are \"TopicName\", \"CreateTime\": \
         name one community for all rows with --group-id\n\
         2 rows, 2 of them invalid, 1 problem\n",
        "",
    );
    bench
        .run(&["check", "none.csv", "--group-id", GROUP])
        .assert(0, "2 rows, no problems\n", "");
    let ran = bench.run(&["check", "near.csv"]);
    let said = "near.csv:1: GroupId: no column is called so; the nearest is \"Chat group\"; \
                there are \"Chat group\", \"TopicName\": say which one holds it, such as --map 'GroupId=.[\"Chat group\"]', \
                or name one community for all rows with --group-id\n";
    assert!(ran.stderr.starts_with(said), "{}", ran.stderr);
    bench
        .run(&["check", "near.csv", "--map", "GroupId=.[\"Chat group\"]"])
        .assert(0, "1 row, no problems\n", "");
}

#[test]
fn a_space_at_an_end_of_an_id_is_a_problem_and_ids_that_differ_in_case_are_said() {
    let bench = Bench::new()
        .file(
            "sp.csv",
            "GroupId,TopicName,TopicId,From_Account\n@TGS#_sp,a,,\n@TGS#_sp ,b,,\n\" @TGS#_sp\",c,,\n\
             @TGS#_sp,d,@TGS#_sp@TOPIC#_d ,\n@TGS#_sp,e,,\"x \"\n",
        )
        .file("mapped.csv", "Community,TopicName\n@TGS#_sp ,b\n")
        .file("groups.csv", "Community,GroupId\n\"@TGS#_sp \",@TGS#_sp\n")
        .file("bad.csv", "Community,GroupId\n@TGS#_sp,@TGS#_sp \n")
        .file("own.csv", "GroupId,Name,Owner_Account\n@TGS#_sp ,Sp, ada\n")
        .file(
            "case.csv",
            "GroupId,TopicName\n@TGS#_Verein,a\n@TGS#_verein,b\n@TGS#_other,c\n@TGS#_verein,d\n",
        );
    bench.run(&["check", "sp.csv"]).assert_checked(
        "sp.csv:3: GroupId: is \"@TGS#_sp \", with a space at the end: take it out\n\
         sp.csv:4: GroupId: is \" @TGS#_sp\", with a space at the beginning: take it out\n\
         sp.csv:5: TopicId: is \"@TGS#_sp@TOPIC#_d \", with a space at the end: take it out\n\
         sp.csv:6: From_Account: is \"x \", with a space at the end: take it out\n\
         5 rows, 4 of them invalid, 4 problems\n",
        "",
    );
    let mapped = ["check", "mapped.csv", "--map", "GroupId=Community"];
    bench.run(&mapped).assert_checked(
        "mapped.csv:2: GroupId: is \"@TGS#_sp \", with a space at the end: take it out\n\
         1 row, 1 of them invalid, 1 problem\n",
        "",
    );
    // What is looked up in a list is a name, and may end as it likes.
    bench
        .run(&[&mapped[..], &["--groups", "groups.csv"]].concat())
        .assert(0, "1 row, no problems\n", "");
    bench
        .run(&[&mapped[..], &["--groups", "bad.csv"]].concat())
        .assert(
            1,
            "",
            "topic-import: bad.csv:2: GroupId: is \"@TGS#_sp \", with a space at the end: take it out\n",
        );
    let ran = bench.run(&["check", "case.csv", "--communities", "own.csv"]);
    for said in [
        "own.csv:2: GroupId: is \"@TGS#_sp \", with a space at the end: take it out\n",
        "own.csv:2: Owner_Account: is \" ada\", with a space at the beginning: take it out\n",
        "case.csv: GroupIds that differ only in upper and lower case are different communities: @TGS#_Verein and @TGS#_verein\n",
    ] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert_eq!(ran.status, 2);
}
