//! Communities that an import makes itself, from a file of their own.

use serde_json::{Value, json};
use topic_import_emulator::{Command, Emulator};

use crate::support::Bench;

const JOURNAL: &str = "rows.jsonl.journal";
const COMMUNITIES: &str = "\
{\"GroupId\":\"@TGS#_a\",\"Name\":\"A\",\"CreateTime\":1448357837}
{\"GroupId\":\"@TGS#_b\",\"Name\":\"B\"}
";

fn rows() -> String {
    let row = |group: &str, name: &str| {
        format!(
            "{{\"GroupId\":\"{group}\",\"TopicId\":\"{group}@TOPIC#_{name}\",\"TopicName\":\"{name}\"}}\n"
        )
    };
    row("@TGS#_a", "1") + &row("@TGS#_a", "2") + &row("@TGS#_b", "3")
}

/// An app in which no community is.
fn emulator(faults: &str) -> Emulator {
    let builder = Emulator::builder().only_listed_communities();
    let builder = match faults {
        "" => builder,
        faults => builder.faults(faults.parse().unwrap()),
    };
    builder.start().unwrap()
}

fn bench(emulator: &Emulator) -> Bench {
    Bench::calling_emulator(emulator)
        .file("rows.jsonl", rows())
        .file("communities.jsonl", COMMUNITIES)
}

const IMPORT: [&str; 4] = ["import", "rows.jsonl", "--communities", "communities.jsonl"];

fn import(bench: &Bench, further: &[&str]) -> (i32, String, String) {
    let ran = bench.run(&[&IMPORT, further].concat());
    (ran.status, ran.stdout, ran.stderr)
}

fn json(bench: &Bench, arguments: &[&str]) -> (i32, Value) {
    let ran = bench.run(&[arguments, &["--output", "json"]].concat());
    (ran.status, ran.json())
}

fn calls(emulator: &Emulator, command: Command) -> usize {
    let calls = emulator.state().calls().into_iter();
    calls.filter(|call| call.command == Some(command)).count()
}

#[test]
fn an_app_without_communities_has_them_with_their_topics_after_one_command() {
    let emulator = emulator("");
    let bench = bench(&emulator);
    let (status, stdout, stderr) = import(&bench, &["--quiet"]);
    assert_eq!((status, &*stderr), (0, ""));
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(lines[0], "2 communities: 2 imported");
    assert!(lines[1].starts_with("3 rows: 3 imported; "), "{stdout}");
    let found = emulator.state().group("@TGS#_a").unwrap();
    assert_eq!((&*found.name, found.create_time), ("A", 1_448_357_837));
    assert!(found.support_topic);

    // Once more: nothing is left.
    let made = calls(&emulator, Command::ImportGroup);
    let (status, summary) = json(&bench, &IMPORT);
    assert_eq!(status, 0);
    assert_eq!(
        (&summary["rows"], &summary["imported"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(
        summary["communities"],
        json!({
            "rows": 2, "imported": 2, "existing": 0, "rejected": 0, "conflict": 0, "unknown": 0, "held": 0,
            "pending": 0, "by_code": {},
        })
    );
    assert_eq!(calls(&emulator, Command::ImportGroup), made);
}

#[test]
fn a_refused_community_holds_its_topics_and_is_tried_again_where_that_is_asked_for() {
    let emulator = emulator("code10004@2");
    let bench = bench(&emulator);
    let arguments = ["--quiet", "--concurrency", "1"];
    let (status, stdout, stderr) = import(&bench, &arguments);
    assert_eq!(status, 2);
    assert!(
        stdout.starts_with("2 communities: 1 imported, 1 rejected\n"),
        "{stdout}"
    );
    assert!(stdout.contains("3 rows: 1 imported, 2 held"), "{stdout}");
    for told in [
        "communities.jsonl:1: A: rejected: 10004 ",
        "@TGS#_a: 2 further rows held without being sent",
        "topic-import: 1 community not imported, and no topic of it.\n\
         Remove the cause, and run the same command with --retry rejected.",
    ] {
        assert!(stderr.contains(told), "{told}: {stderr}");
    }

    let (status, report) = json(&bench, &["report", JOURNAL]);
    assert_eq!(status, 2);
    let failed = report["failed"].as_array().unwrap();
    assert_eq!(
        (
            &failed[0]["kind"],
            &failed[0]["GroupId"],
            &failed[0]["Name"],
            &failed[0]["outcome"]
        ),
        (
            &json!("community"),
            &json!("@TGS#_a"),
            &json!("A"),
            &json!("rejected")
        )
    );
    assert_eq!(
        (&failed[1]["kind"], &failed[1]["outcome"]),
        (&json!("topic"), &json!("held"))
    );
    assert!(
        failed[1]["message"]
            .as_str()
            .unwrap()
            .contains("its community")
    );
    assert_eq!((report["held"].as_u64(), failed.len()), (Some(2), 3));
    let text = bench.run(&["report", JOURNAL]).stdout;
    assert!(
        text.contains("\ncommunity, 1: A: rejected: 10004 "),
        "{text}"
    );

    let map = bench.run(&[
        "report",
        JOURNAL,
        "--rows",
        "map.csv",
        "--failed",
        "mend.jsonl",
    ]);
    assert!(
        map.stderr.contains("1 community not in mend.jsonl"),
        "{map:?}"
    );
    let map = std::fs::read_to_string(bench.path("map.csv")).unwrap();
    let communities: Vec<&str> = map
        .lines()
        .filter(|line| line.contains(",community,"))
        .collect();
    assert_eq!(communities.len(), 2);
    assert!(communities[1].starts_with("2,@TGS#_b,,,imported,"), "{map}");
    assert!(communities[1].ends_with(",community,B,"), "{map}");

    let (status, stdout, stderr) = import(&bench, &["--quiet", "--retry", "rejected"]);
    assert_eq!((status, &*stderr), (0, ""));
    assert!(
        stdout.starts_with("2 communities: 2 imported\n3 rows: 3 imported; "),
        "{stdout}"
    );
}

#[test]
fn problems_of_communities_and_of_rows_are_told_together_with_their_files() {
    let bench = Bench::new().file("rows.jsonl", rows() + "{}\n").file(
        "communities.csv",
        "GroupId,Name,CreateTime\nriverside,A,\n@TGS#_b,,yesterday\n",
    );
    let check = ["check", "rows.jsonl", "--communities", "communities.csv"];
    let ran = bench.run(&check);
    assert_eq!(ran.status, 2);
    for told in [
        "communities.csv:2: GroupId: is \"riverside\"",
        "communities.csv:3: Name: is missing",
        "communities.csv:3: CreateTime: is \"yesterday\"",
        "rows.jsonl:4: GroupId: is missing",
    ] {
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
    assert_eq!(
        ran.stdout,
        "4 rows, 1 of them invalid, 2 problems\n2 communities, 2 of them invalid, 3 problems\n"
    );
    let (status, report) = json(&bench, &check);
    assert_eq!(status, 2);
    assert_eq!(report["communities"]["rows"], 2);
    assert_eq!(report["communities"]["problems_total"], 3);
    assert_eq!(report["problems_total"], 2);

    let import = bench.run(&[
        "import",
        "rows.jsonl",
        "--communities",
        "communities.csv",
        "--emulator",
    ]);
    assert_eq!((import.status, &*import.stdout), (1, ""));
    let told = "topic-import: 1 of 4 rows and 2 of 2 communities invalid; nothing was sent.";
    assert!(import.stderr.contains(told), "{}", import.stderr);
}

#[test]
fn a_plan_counts_the_calls_of_both() {
    let bench = Bench::new()
        .file("rows.jsonl", rows())
        .file("communities.jsonl", COMMUNITIES);
    let dry_run = [&IMPORT[..], &["--dry-run"]].concat();
    let (status, plan) = json(&bench, &dry_run);
    assert_eq!(status, 0);
    assert_eq!(
        (
            &plan["new_communities"],
            &plan["communities"],
            &plan["topics"],
            &plan["calls"]
        ),
        (&json!(2), &json!(2), &json!(3), &json!(5))
    );
    let stdout = bench.run(&dry_run).stdout;
    let told = "2 communities, and then 3 topics would be created in 2 communities: ";
    assert!(
        stdout.starts_with(told) && stdout.contains("in 5 calls\n"),
        "{stdout}"
    );
}

#[test]
fn what_was_made_is_verified_and_undone() {
    let emulator = emulator("");
    let bench = bench(&emulator);
    assert_eq!(import(&bench, &[]).0, 0);
    let (status, verified) = json(&bench, &["verify", JOURNAL]);
    assert_eq!((status, &verified["equal"]), (0, &json!(3)));
    assert_eq!(
        verified["communities"],
        json!({"checked": 2, "equal": 2, "missing": [], "differing": [], "not_checked": {}})
    );
    let verified = bench.run(&["verify", JOURNAL]);
    let told = "2 communities checked: 2 equal\n3 topics checked: 3 equal; ";
    assert!(verified.stdout.starts_with(told), "{}", verified.stdout);
    let told = "SupportTopic was not compared for 2 communities";
    assert!(verified.stderr.contains(told), "{}", verified.stderr);

    let asked = bench.run(&["undo", JOURNAL]);
    let told = "\n3 topics in 2 communities, and then 2 communities, unless other topics are in them. It cannot be undone.\n";
    assert!(asked.stderr.contains(told), "{}", asked.stderr);
    let undone = bench.run(&["undo", JOURNAL, "--yes", "--quiet"]);
    let told = "2 communities destroyed; 3 topics destroyed; ";
    assert!(undone.stdout.starts_with(told), "{undone:?}");
    assert_eq!(undone.status, 0);
    let (status, undone) = json(&bench, &["undo", JOURNAL, "--yes"]);
    assert_eq!((status, &undone["destroyed_before"]), (0, &json!(3)));
    let none_left = json!({"destroyed": 0, "left": 0, "not_tried": 0, "existing_left_alone": 0});
    assert_eq!(undone["communities"], none_left);
    assert_eq!(
        (emulator.state().groups_len(), emulator.state().topics_len()),
        (0, 0)
    );
}

#[test]
fn another_list_of_communities_is_another_run() {
    let emulator = emulator("");
    let bench = bench(&emulator);
    assert_eq!(import(&bench, &[]).0, 0);
    let ran = bench.run(&["import", "rows.jsonl"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr
            .contains("the list of --communities was given, and is not now"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_list_of_communities_must_say_how_it_is_written_and_be_there() {
    let bench = Bench::new()
        .file("rows.jsonl", rows())
        .file("list", COMMUNITIES);
    for (name, told) in [
        (
            "list",
            "list: the name must end in .jsonl, .csv or .xlsx, which says how the communities are written",
        ),
        ("none.csv", "cannot read none.csv: there is no such file"),
    ] {
        let ran = bench.run(&["check", "rows.jsonl", "--communities", name]);
        assert_eq!(ran.status, 1);
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
    }
}

/// Imports channels, of which a community is made first.
const CHANNELS: [&str; 7] = [
    "import",
    "channels.json",
    "--from",
    "slack",
    "--group-id",
    "@TGS#_acme",
    "--create-communities",
];

#[test]
fn an_export_becomes_a_community_with_its_topics_by_one_command() {
    let emulator = emulator("");
    let channels = r#"[
        {"id":"C1","name":"general","created":1500000000},
        {"id":"C2","name":"random","created":1448357837}
    ]"#;
    let bench = Bench::calling_emulator(&emulator).file("channels.json", channels);
    let (status, plan) = json(&bench, &[&CHANNELS[..], &["--dry-run"]].concat());
    assert_eq!((status, &plan["calls"]), (0, &json!(3)));
    assert_eq!(
        plan["made"],
        json!([{
            "GroupId": "@TGS#_acme", "Name": "acme", "is_named_by_id": true, "CreateTime": 1_448_357_837,
        }])
    );
    let ran = bench.run(&[&CHANNELS[..], &["--quiet"]].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    let told =
        "1 community named after the GroupId, because the input names none, or several: \"acme\".";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert!(
        ran.stdout
            .starts_with("1 community: 1 imported\n2 rows: 2 imported; "),
        "{}",
        ran.stdout
    );
    let found = emulator.state().group("@TGS#_acme").unwrap();
    assert_eq!((&*found.name, found.create_time), ("acme", 1_448_357_837));
}

#[test]
fn columns_of_communities_are_for_communities_that_are_made() {
    let bench = Bench::new()
        .file("rows.jsonl", "{\"team\":\"a\",\"name\":\"x\"}\n")
        .file("groups.csv", "source,GroupId,Name\na,@TGS#_a,A\n");
    let check = [
        "check",
        "rows.jsonl",
        "--groups",
        "groups.csv",
        "--map",
        "GroupId=.team",
        "--map",
        "TopicName=.name",
    ];
    let ran = bench.run(&check);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("Give --create-communities"),
        "{}",
        ran.stderr
    );
    let ran = bench.run(&[&check[..], &["--create-communities"]].concat());
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    assert_eq!(ran.stdout, "1 row, no problems\n1 community, no problems\n");
}

#[test]
fn an_export_of_450_channels_becomes_three_communities() {
    let emulator = emulator("");
    let channels: Vec<String> = (0..450)
        .map(|number| {
            format!(
                r#"{{"id":"C{number:03}","name":"channel-{number}","created":{}}}"#,
                1_448_357_837 + number
            )
        })
        .collect();
    let bench = Bench::calling_emulator(&emulator)
        .file("channels.json", format!("[{}]", channels.join(",")));
    let (status, summary) = json(
        &bench,
        &[&CHANNELS[..], &["--spread", "--rate", "0"]].concat(),
    );
    assert_eq!(status, 0, "{summary}");
    assert_eq!(
        (&summary["imported"], &summary["communities"]["imported"]),
        (&json!(450), &json!(3))
    );
    let state = emulator.state();
    let names =
        ["@TGS#_acme", "@TGS#_acme-2", "@TGS#_acme-3"].map(|id| state.group(id).unwrap().name);
    assert_eq!(names, ["acme", "acme 2", "acme 3"]);
    let of = |group: &str| {
        state
            .topics()
            .iter()
            .filter(|topic| topic.group_id == group)
            .count()
    };
    assert_eq!(
        [of("@TGS#_acme"), of("@TGS#_acme-2"), of("@TGS#_acme-3")],
        [200, 200, 50]
    );
}
