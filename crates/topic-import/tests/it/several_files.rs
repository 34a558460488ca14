//! An input of several files: a row is named with its file, wherever it is named.

use serde_json::json;
use topic_import_emulator::{Community, Emulator, FaultPlan};
use topic_import_test_postgres::server;

use crate::support::{Bench, GROUP, named_row, row_with};

/// A directory of two files, and the same with a journal in a file and with one in PostgreSQL.
fn with_either_journal(does: impl Fn(&Emulator, Bench, &str)) {
    let bench = |emulator: &Emulator| {
        let bench = Bench::calling_emulator(emulator)
            .without_preflight()
            .env("TOPIC_IMPORT_CONCURRENCY", "1");
        std::fs::create_dir(bench.path("rows")).unwrap();
        bench
            .file("rows/a.jsonl", named_row("1") + &named_row("2"))
            .file("rows/b.jsonl", named_row("3") + "{}\n" + &named_row("4"))
    };
    let plan: FaultPlan = "import_topic:code10004@2,import_topic:code10004@4"
        .parse()
        .unwrap();
    let emulator = || Emulator::builder().faults(plan.clone()).start().unwrap();
    let (first, second) = (emulator(), emulator());
    does(&first, bench(&first), "rows.journal");
    let database = server().database();
    does(&second, bench(&second), &database.socket_url());
}

#[test]
fn a_row_is_named_with_its_file() {
    with_either_journal(|emulator, bench, journal| {
        let import = ["import", "rows/a.jsonl", "rows/b.jsonl", "--skip-invalid"];
        let ran = bench.run(&[&import[..], &["--journal", journal]].concat());
        assert_eq!(ran.status, 2, "{ran:?}");
        for said in [
            "\nrows/a.jsonl:2: 2: rejected: ",
            "\nrows/b.jsonl:3: 4: rejected: ",
        ] {
            assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        }

        let report = |further: &[&str]| bench.run(&[&["report", journal], further].concat());
        let ran = report(&[]);
        assert!(
            ran.stdout
                .contains("\n       rows/a.jsonl:2: 2, rows/b.jsonl:3: 4\n"),
            "{}",
            ran.stdout
        );
        assert!(
            ran.stdout.contains("\nrows/b.jsonl:2: rejected: "),
            "{}",
            ran.stdout
        );

        let failed = report(&["--output", "json"]).json()["failed"].clone();
        let places: Vec<_> = failed.as_array().unwrap().iter().collect();
        let places = places.iter().map(|row| json!([row["file"], row["line"]]));
        assert_eq!(
            places.collect::<Vec<_>>(),
            [
                json!(["rows/a.jsonl", 2]),
                json!(["rows/b.jsonl", 2]),
                json!(["rows/b.jsonl", 3])
            ]
        );

        assert_eq!(report(&["--rows", "map.csv"]).status, 2);
        let map = std::fs::read_to_string(bench.path("map.csv")).unwrap();
        let places = map.lines().skip(1).map(|line| {
            let (number, _) = line.split_once(',').unwrap();
            let (_, file) = line.rsplit_once(',').unwrap();
            format!("{file}:{number}")
        });
        let expected = [
            "a.jsonl:1",
            "a.jsonl:2",
            "b.jsonl:1",
            "b.jsonl:2",
            "b.jsonl:3",
        ];
        assert!(
            places.eq(expected.map(|place| format!("rows/{place}"))),
            "{map}"
        );

        assert_eq!(report(&["--html", "page.html"]).status, 2);
        let page = std::fs::read_to_string(bench.path("page.html")).unwrap();
        let place = "<td class=\"number\">2</td><th scope=\"row\"><bdi>2</bdi>";
        let (_, named) = page.split_once(place).expect(&page);
        let (named, _) = named.split_once("</th>").unwrap();
        assert!(
            named.ends_with("<small>in <bdi>rows/a.jsonl</bdi></small>"),
            "{named}"
        );

        emulator.set_faults("destroy_topic:code10004@1-".parse().unwrap());
        let ran = bench.run(&["undo", journal, "--yes"]);
        let left = format!("rows/b.jsonl:1: {GROUP}@TOPIC#_3: left: ");
        assert!(ran.stderr.contains(&left), "{ran:?}");
        let json = bench
            .run(&["undo", journal, "--yes", "--output", "json"])
            .json();
        let id = format!("{GROUP}@TOPIC#_3");
        let mut left = json["left"].as_array().unwrap().iter();
        let left = left.find(|row| row["TopicId"] == *id).unwrap();
        assert_eq!(
            (&left["file"], &left["line"]),
            (&json!("rows/b.jsonl"), &json!(1))
        );
        emulator.set_community(GROUP, Community::Deleted);
        let ran = bench.run(&["verify", journal]);
        let missing = format!("rows/b.jsonl:1: {GROUP}@TOPIC#_3: missing\n");
        assert!(ran.stdout.contains(&missing), "{ran:?}");
    });
}

#[test]
fn what_cannot_be_written_back_names_the_file() {
    let long = row_with(&"n".repeat(1024 * 1024), "");
    let account =
        |account: &str| row_with(&"n".repeat(31), &format!(",\"From_Account\":{account}"));
    for (first, why) in [
        (
            "{}",
            "line 1 of a.jsonl cannot be written as CSV: nothing stands in it",
        ),
        (
            r#"{"TopicName":"x"}"#,
            "line 2 of b.jsonl cannot be written as CSV: its From_Account is a number written as text, \
             that of line 1 of b.jsonl is a number, and CSV cannot tell them apart",
        ),
    ] {
        let bench = Bench::new()
            .file("a.jsonl", format!("{first}\n{long}"))
            .file("b.jsonl", account("7") + &account("\"8\""));
        let import = [
            "import",
            "a.jsonl",
            "b.jsonl",
            "--emulator",
            "--skip-invalid",
        ];
        let ran = bench.run(&[&import[..], &["--journal", "journal"]].concat());
        assert_eq!(ran.status, 2, "{ran:?}");
        let ran = bench.run(&["report", "journal", "--failed", "mend.jsonl"]);
        let left_out = "topic-import: line a.jsonl:2 is not in mend.jsonl: ";
        assert!(ran.stderr.contains(left_out), "{}", ran.stderr);
        let said = format!(
            "topic-import: cannot write mend.csv: {why}.\nName a file that ends in .jsonl.\n"
        );
        bench
            .run(&["report", "journal", "--failed", "mend.csv"])
            .assert(1, "", &said);
    }
}
