//! Exports of other systems, as the program is given them.

use serde_json::{Value, json};
use topic_import_emulator::Emulator;

use crate::support::{Bench, GROUP, Ran};

const SLACK: &str = r#"[{"id":"C1","name":"general","created":"1460742065","topic":{"value":"Q&amp;A\r\n"}},
{"id":"C2","name":"old","created":1460742066,"is_archived":true},
{"id":"D3","created":1460742067}]"#;

const ZULIP: &str = r#"{"streams":{"lobby":{"id":1,"topic_data":{"a":{"size":1},"b":{"size":2}}},
"office, first floor":{"id":2,"topic_data":{"a":{"size":1}}}},"time":1.5}"#;

const MATTERMOST: &str = r#"{"type":"version","version":1}
{"type":"team","team":{"name":"riverside"}}
{"type":"channel","channel":{"team":"riverside","name":"town-square","display_name":"Town Square","type":"O"}}
{"type":"channel","channel":{"team":"hillside","name":"town-square","display_name":"Town Square","type":"O"}}
{"type":"direct_channel","direct_channel":{"members":["ann","bob"]}}
"#;

#[test]
fn what_becomes_no_topic_is_counted_and_said() {
    let bench = Bench::new().file("channels.json", SLACK);
    let slack = ["channels.json", "--from", "slack", "--group-id", GROUP];
    bench.run(&[&["check"], &slack[..]].concat()).assert(
        0,
        "1 row, no problems\n",
        "channels.json: left out: 1 archived (--include-archived takes them), 1 direct\n",
    );
    let import = [&["import", "--emulator", "--include-archived"], &slack[..]].concat();
    bench.run(&import).assert_summary(
        0,
        "2 rows: 2 imported; 2 calls",
        "channels.json: left out: 1 direct\n",
    );
}

#[test]
fn topics_arrive_with_their_texts_and_times() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .env("TOPIC_IMPORT_TOPIC_IDS", "derived")
        .file("channels.json", SLACK);
    let import = [
        "import",
        "channels.json",
        "--from",
        "slack",
        "--group-id",
        GROUP,
        "-q",
    ];
    assert_eq!(bench.run(&import).status, 0);
    let topics = emulator.state().topics();
    assert_eq!(topics.len(), 1);
    assert_eq!(topics[0].profile.notification.as_deref(), Some("Q&A\n"));
    assert_eq!(
        topics[0].profile.custom_string.as_deref(),
        Some(r#"{"source":"slack","id":"C1"}"#)
    );
    assert_eq!(topics[0].profile.create_time, 1_460_742_065);
    // Converted first, it is the same topic.
    let converted = bench.run(&[
        "convert",
        "channels.json",
        "--from",
        "slack",
        "--group-id",
        GROUP,
    ]);
    let bench = bench.file("topics.jsonl", converted.stdout);
    assert_eq!(bench.run(&["import", "topics.jsonl", "-q"]).status, 0);
    assert_eq!(emulator.state().topics_len(), 1);
}

#[test]
fn a_list_says_which_stream_or_team_is_which_group() {
    let list = "source,GroupId\r\nlobby,@TGS#_lobby\r\n\"office, first floor\",@TGS#_office\r\nriverside,@TGS#_river\r\n";
    let bench = Bench::new()
        .file("index.json", ZULIP)
        .file("export.jsonl", MATTERMOST)
        .file("groups.csv", list);
    let zulip = ["check", "index.json", "--from", "zulip"];
    bench
        .run(&[&zulip[..], &["--groups", "groups.csv"]].concat())
        .assert(
            0,
            "3 rows, no problems\n",
            "groups.csv: no row belongs to \"riverside\": are the names spelled as in the input?\n",
        );
    bench
        .run(&[&zulip[..], &["--group-id", GROUP]].concat())
        .assert(0, "3 rows, no problems\n", "");
    let ran = bench.run(&zulip);
    assert_eq!((ran.status, ran.stderr.lines().count()), (2, 3));
    bench
        .run(&["check", "export.jsonl", "--from", "mattermost", "--groups", "groups.csv"])
        .assert_checked(
            "export.jsonl:4: channel \"town-square\": GroupId: the team \"hillside\" is not in the list of groups: add it\n\
             2 rows, 1 of them invalid, 1 problem\n",
            "export.jsonl: left out: 1 direct\n\
             groups.csv: no row belongs to \"lobby\", \"office, first floor\": are the names spelled as in the input?\n",
        );
}

#[test]
fn a_community_of_several_streams_is_named_after_its_group_id() {
    let bench = Bench::new()
        .file("index.json", ZULIP)
        .file("one.csv", "stream,GroupId\nlobby,@TGS#_lobby\n\"office, first floor\",@TGS#_office\n")
        .file("named.csv", "stream,GroupId,Name\nlobby,@TGS#_a,Riverside\n\"office, first floor\",@TGS#_a,Riverside\n");
    let check = |more: &[&str]| {
        let zulip = ["check", "index.json", "--from", "zulip", "--output", "json"];
        let ran = bench.run(&[&zulip[..], &["--create-communities"], more].concat());
        assert_eq!(ran.status, 0, "{ran:?}");
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let made = report["communities"]["made"].as_array().unwrap().clone();
        let made: Vec<Value> = made.iter().map(|made| made["Name"].clone()).collect();
        (json!(made), ran.stderr)
    };
    let (made, said) = check(&["--group-id", "@TGS#_club"]);
    assert_eq!(made, json!(["club"]));
    assert!(
        said.contains("1 community named after the GroupId, because the input names none, or several: \"club\"."),
        "{said}"
    );
    let (made, said) = check(&["--groups", "one.csv"]);
    assert_eq!(
        (made, said.contains("named after")),
        (json!(["lobby", "office, first floor"]), false)
    );
    let (made, said) = check(&["--groups", "named.csv"]);
    assert_eq!(
        (made, said.contains("named after")),
        (json!(["Riverside"]), false)
    );
}

#[test]
fn a_list_of_groups_that_cannot_be_used_is_no_start() {
    let bench = Bench::new()
        .file("index.json", ZULIP)
        .file("channels.json", SLACK)
        .file("bad.csv", "source,GroupId\nlobby,riverside\n")
        .file("good.csv", "lobby,@TGS#_a\n");
    let ran = bench.run(&[
        "check",
        "index.json",
        "--from",
        "zulip",
        "--groups",
        "bad.csv",
    ]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.starts_with(
        "topic-import: bad.csv:2: GroupId: is \"riverside\": it must be printable ASCII"
    ));
    let ran = bench.run(&[
        "check",
        "index.json",
        "--from",
        "zulip",
        "--groups",
        "none.csv",
    ]);
    assert_eq!(
        ran.stderr,
        "topic-import: cannot read none.csv: there is no such file: check the path\n"
    );
    let ran = bench.run(&[
        "check",
        "channels.json",
        "--from",
        "slack",
        "--groups",
        "good.csv",
    ]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr
            .contains("If all rows belong to one community, give --group-id")
    );
}

#[test]
fn a_problem_is_named_by_line_and_channel_in_json_too() {
    let bench = Bench::new().file("channels.json", "[\n{\"id\":\"C1\"}]");
    let check = [
        "check",
        "channels.json",
        "--from",
        "slack",
        "--group-id",
        GROUP,
        "--output",
        "json",
    ];
    assert_eq!(
        bench.run(&check).json()["problems"],
        json!([{
            "line": 2, "element": "channel 1", "field": "TopicName", "rule": "required", "limit": null, "found": null,
            "message": "is missing, and required: add it",
        }])
    );
}

#[test]
fn an_export_that_is_cut_short_is_not_imported_in_part() {
    let bench = Bench::new().file("channels.json", &SLACK[..SLACK.len() - 1]);
    let import = [
        "import",
        "channels.json",
        "--from",
        "slack",
        "--group-id",
        GROUP,
        "--emulator",
        "--skip-invalid",
    ];
    bench.run(&import).assert(
        1,
        "",
        "channels.json:3: the document ends in the middle: is the file whole?\n\
         topic-import: the input cannot be relied on; nothing was sent.\n\
         Correct the problem above: every row depends on it.\n",
    );
}

#[test]
fn standard_input_can_be_an_export_as_well() {
    let check = ["check", "-", "--from", "mattermost", "--group-id", GROUP];
    Bench::new().stdin(MATTERMOST).run(&check).assert(
        0,
        "2 rows, no problems\n",
        "standard input: left out: 1 direct\n",
    );
}

#[test]
fn a_json_file_is_a_document_where_it_begins_so_and_lines_elsewhere() {
    let row = format!("{{\"GroupId\":\"{GROUP}\",\"TopicName\":\"a\"}}");
    let other = row.replace("\"a\"", "\"b\"");
    let bench = Bench::new()
        .file("list.json", format!("\u{feff}\r\n [{row},\n{other}]"))
        .file("lines.json", format!("{row}\n{other}\n"))
        .file(
            "object.json",
            format!("{{\n\"topics\": [{row},\n{other}]\n}}"),
        )
        .file("list.txt", format!("[{row}]"));
    for (name, said) in [
        ("list.json", ""),
        ("lines.json", ""),
        ("object.json", "object.json: rows: 2 at `.topics`\n"),
    ] {
        bench
            .run(&["check", name])
            .assert(0, "2 rows, no problems\n", said);
    }
    bench
        .run(&["check", "list.txt", "--format", "json"])
        .assert(0, "1 row, no problems\n", "");
}

#[test]
fn fields_are_mapped_by_arguments() {
    let bench = Bench::new()
        .file(
            "rooms.json",
            r#"[{"display_name":"Lobby","about":{"text":"x"},"usersCount":3}]"#,
        )
        .file("rooms.csv", "Room,Members\nLobby,3\n");
    for (file, map) in [
        ("rooms.json", "TopicName=.display_name"),
        ("rooms.csv", "TopicName=Room"),
    ] {
        let convert = ["convert", file, "--group-id", GROUP, "--map", map];
        bench.run(&convert).assert(
            0,
            &format!("{{\"GroupId\":\"{GROUP}\",\"TopicName\":\"Lobby\"}}\n"),
            "",
        );
    }
    let wrong = [
        "check",
        "rooms.csv",
        "--group-id",
        GROUP,
        "--map",
        "TopicName=.room",
    ];
    bench.run(&wrong).assert_checked(
        "rooms.csv:1: TopicName: no row has anything at `.room`: correct the path\n\
         1 row, 1 of them invalid, 1 problem\n",
        "",
    );
    let unknown = bench.run(&["check", "rooms.csv", "--map", "TopicNmae=.Room"]);
    assert_eq!(unknown.status, 1);
    assert!(
        unknown
            .stderr
            .contains("\"TopicNmae\" is no field of import_topic: did you mean `TopicName`?")
    );
    let twice = [
        "check",
        "rooms.csv",
        "--map",
        "TopicName=a",
        "--map",
        "TopicName=b",
    ];
    bench.run(&twice).assert(
        1,
        "",
        "topic-import: --map: TopicName is mapped twice: keep one\n",
    );
}

#[test]
fn a_run_goes_on_only_with_rows_that_are_read_as_before() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .file("index.json", ZULIP)
        .file(
            "groups.csv",
            "lobby,@TGS#_a\n\"office, first floor\",@TGS#_b\n",
        )
        .file(
            "others.csv",
            "lobby,@TGS#_a\n\"office, first floor\",@TGS#_c\n",
        )
        .file(
            "again.csv",
            "source,GroupId\n\"office, first floor\",@TGS#_b\nlobby,@TGS#_a\n",
        );
    let import = ["import", "index.json", "--journal", "j", "-q"];
    let run = |arguments: &[&str]| bench.run(&[&import[..], arguments].concat());
    let zulip = ["--from", "zulip", "--groups"];
    assert_eq!(run(&[&zulip[..], &["groups.csv"]].concat()).status, 0);
    assert_eq!(run(&[&zulip[..], &["again.csv"]].concat()).status, 0);
    for (arguments, difference) in [
        (
            &["--from", "zulip", "--groups", "others.csv"][..],
            "the list of --groups has changed",
        ),
        (
            &["--from", "zulip", "--groups", "groups.csv", "--fit"],
            "--fit was not given, and is now",
        ),
        (
            &[
                "--from",
                "zulip",
                "--groups",
                "groups.csv",
                "--include-archived",
            ],
            "--include-archived was not given, and is now",
        ),
        (
            &[
                "--from",
                "zulip",
                "--groups",
                "groups.csv",
                "--map",
                "Introduction=.topic",
            ],
            "--map was not given, and is Introduction=.topic now",
        ),
        (
            &["--from", "discord", "--group-id", GROUP],
            "the format was zulip, and is discord now",
        ),
    ] {
        let ran = run(arguments);
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.stderr.contains(difference), "{ran:?}");
    }
}

/// A workspace with so many channels, and which half of them belongs to which community.
fn large_workspace(channels: usize) -> Bench {
    let channel = |number| format!("{{\"id\":\"C{number}\",\"name\":\"c{number}\"}}");
    let list: Vec<String> = (1..=channels).map(channel).collect();
    let group = |number| format!("C{number},@TGS#_{}\n", number * 2 / (channels + 1));
    Bench::new()
        .file("channels.json", format!("[{}]", list.join(",\n")))
        .file("groups.csv", (1..=channels).map(group).collect::<String>())
}

#[test]
fn a_renamed_topic_that_the_export_does_not_name_is_told_by_every_command() {
    let created = r#"{"id":5,"action":"topic_created","title":"Boats"}"#;
    let edited = r#"{"id":7,"action":"topic_edit","new_title":"Oars"}"#;
    let text = |renames: usize| {
        let renames = vec![edited; renames].join(",");
        format!(r#"{{"name":"Riverside","id":33,"messages":[{created},{renames}]}}"#)
    };
    let check = ["result.json", "--from", "telegram", "--group-id", GROUP];
    let bench = Bench::new().file("result.json", text(1));
    let said = "result.json:1: message 2 \"Oars\": a topic was renamed to \"Oars\", and the export does not say which: \
                it keeps the name that it was created with\n";
    bench
        .run(&[&["check"], &check[..]].concat())
        .assert(0, "1 row, no problems\n", said);
    assert_eq!(bench.run(&[&["convert"], &check[..]].concat()).stderr, said);
    let bench = bench.file("result.json", text(12));
    let told = bench.run(&[&["check"], &check[..]].concat()).stderr;
    assert_eq!(told.lines().count(), 11, "{told}");
    assert!(
        told.ends_with("result.json: 2 further notes like these: --problems FILE lists them all\n"),
        "{told}"
    );
}

const IN_ONE: [&str; 5] = ["channels.json", "--from", "slack", "--group-id", GROUP];

fn run(bench: &Bench, arguments: &[&str]) -> Ran {
    bench.run(&[&arguments[..1], &IN_ONE, &arguments[1..]].concat())
}

#[test]
fn an_export_with_more_channels_than_a_community_takes_is_not_imported_into_one() {
    let bench = large_workspace(250);
    let problem = format!(
        "channels.json:201: channel 201 \"c201\": GroupId: {GROUP} has 250 topics here, 50 over the limit of 200 for a community: \
         spread them over several communities, or raise the limit if the app has a larger one\n"
    );
    let hint = "--spread puts them into further communities, called {GroupId}-2 and so on.\n\
                Or say where each topic goes with --groups FILE --map GroupId=.id, where FILE is CSV of channel ID,GroupId.\n\
                Where the app's limit is larger, say so with --topics-per-community.\n";
    run(&bench, &["check"]).assert_checked(
        &format!("{problem}250 rows, 50 of them invalid, 1 problem\ntopic-import: {hint}"),
        "",
    );
    run(&bench, &["import", "--emulator"]).assert(
        1,
        "",
        &format!(
            "{problem}topic-import: 50 of 250 rows invalid; nothing was sent.\n\
             Correct the input, or import only the valid rows with --skip-invalid.\n{hint}"
        ),
    );
    let skipping = [
        "import",
        "--emulator",
        "--skip-invalid",
        "--journal",
        "j",
        "-q",
    ];
    run(&bench, &skipping).assert_summary(
        2,
        "250 rows: 200 imported, 50 rejected; 200 calls",
        &format!(
            "{problem}topic-import: 50 rows failed. To correct them: topic-import report j --failed mend.jsonl\n"
        ),
    );
    // The rows that are left over are named, and can be brought into another community.
    let ran = bench.run(&["report", "j", "--failed", "mend.jsonl"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stdout
            .contains("earlier lines are the 200 topics that a community takes"),
        "{}",
        ran.stdout
    );
    let left = std::fs::read_to_string(bench.path("mend.jsonl")).unwrap();
    assert_eq!(left.lines().count(), 50);
    let bench = bench.file("other.jsonl", left.replace(GROUP, "@TGS#_hillside"));
    bench
        .run(&["import", "other.jsonl", "--emulator", "-q"])
        .assert_summary(0, "50 rows: 50 imported; 50 calls", "");
}

#[test]
fn an_export_is_spread_over_communities_as_the_hint_says() {
    let spread = [
        "channels.json",
        "--from",
        "slack",
        "--groups",
        "groups.csv",
        "--map",
        "GroupId=.id",
    ];
    let import = [&["import", "--emulator", "-q"], &spread[..]].concat();
    large_workspace(250)
        .run(&import)
        .assert_summary(0, "250 rows: 250 imported; 250 calls", "");
}

#[test]
fn each_system_is_spread_as_its_hint_says() {
    let bench = Bench::new()
        .file("channels.json", SLACK)
        .file("index.json", ZULIP)
        .file("export.jsonl", MATTERMOST)
        .file("channels.csv", "C1,@TGS#_a\nC2,@TGS#_b\n")
        .file(
            "streams.csv",
            "lobby,@TGS#_a\n\"office, first floor\",@TGS#_b\n",
        )
        .file("topics.csv", "a,@TGS#_a\nb,@TGS#_b\n")
        .file("teams.csv", "riverside,@TGS#_a\nhillside,@TGS#_b\n")
        .file("names.csv", "town-square,@TGS#_a\n");
    for (file, system, most, lists) in [
        (
            "channels.json",
            "slack",
            "1",
            &[("channels.csv", Some("GroupId=.id"))][..],
        ),
        (
            "index.json",
            "zulip",
            "2",
            &[
                ("streams.csv", None),
                ("topics.csv", Some("GroupId=.topic")),
            ],
        ),
        ("export.jsonl", "mattermost", "1", &[("teams.csv", None)]),
    ] {
        let check = [
            "check",
            file,
            "--from",
            system,
            "--topics-per-community",
            most,
        ];
        let run = |arguments: &[&str]| bench.run(&[&check[..], arguments].concat());
        let archived: &[&str] = if system == "slack" {
            &["--include-archived"]
        } else {
            &[]
        };
        let ran = run(&[&["--group-id", GROUP], archived].concat());
        assert_eq!(ran.status, 2, "{ran:?}");
        assert_eq!(ran.stderr.matches("topics here").count(), 1, "{ran:?}");
        assert!(ran.stderr.contains("--spread "), "{ran:?}");
        let spread = run(&[&["--group-id", GROUP, "--spread"], archived].concat());
        assert_eq!(spread.status, 0, "{spread:?}");
        for (list, map) in lists {
            let map = map.map_or(vec![], |map| vec!["--map", map]);
            for part in &map {
                assert!(ran.stderr.contains(part), "{ran:?}");
            }
            let ran = run(&[&["--groups", list], &map[..], archived].concat());
            assert_eq!(ran.status, 0, "{ran:?}");
        }
    }
    // By their names, channels of two teams become one community.
    let by_name = ["--groups", "names.csv", "--map", "GroupId=.name"];
    let check = ["check", "export.jsonl", "--from", "mattermost"];
    bench.run(&[&check[..], &by_name].concat()).assert(
        0,
        "2 rows, no problems\n",
        "export.jsonl: left out: 1 direct\n",
    );
}

#[test]
fn a_second_export_finds_the_topics_of_the_first_and_says_what_has_changed() {
    let export = |purpose: &str| {
        format!(
            "[{{\"id\":\"C0A\",\"name\":\"boathouse\",\"purpose\":{{\"value\":\"{purpose}\"}}}},\n\
             {{\"id\":\"C0B\",\"name\":\"oars\"}}]"
        )
    };
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .env("TOPIC_IMPORT_TOPIC_IDS", "derived")
        .file("first.json", export("x"))
        .file("second.json", export("x, edited"));
    let import = |file| {
        let from = ["--from", "slack", "--group-id", GROUP, "-q"];
        bench.run(&[&["import", file], &from[..]].concat())
    };
    assert_eq!(import("first.json").status, 0);
    let ran = import("second.json");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("Introduction"), "{}", ran.stderr);
    let topics = emulator.state().topics();
    assert_eq!(topics.len(), 2);
    let ids = topics.iter().map(|topic| topic.topic_id.clone());
    for own in ["slack-C0A", "slack-C0B"] {
        let id = format!("{GROUP}@TOPIC#_{own}");
        assert!(ids.clone().any(|known| known == id), "{id}");
    }
}

#[test]
fn rows_are_chosen_by_an_expression_and_by_where_they_stand() {
    let bench = Bench::new()
        .file(
            "answer.json",
            r#"{"data":{"clubs":[{"title":"c"}],"rooms":[{"title":"a","size":3},{"title":"b","size":1}]},"next":"x"}"#,
        )
        .file("rooms.csv", "TopicName,size\na,3\nb,1\nc,\n");
    let more = "answer.json: it says that there are more pages, which are not in it: fetch them, and give all files\n";
    let check = [
        "check",
        "answer.json",
        "--group-id",
        GROUP,
        "--map",
        "TopicName=.title",
    ];
    bench.run(&check).assert(
        2,
        "1 row, 1 of them invalid, 1 problem\n",
        "answer.json:1: is a second list of objects, `.data.rooms`, beside `.data.clubs`: \
         leave only the rows in the document, or say with --rows-at which one holds them\n",
    );
    let there = [&check[..], &["--rows-at", ".data.rooms"]].concat();
    bench.run(&there).assert(0, "2 rows, no problems\n", more);
    let large = [&there[..], &["--where", ".size > 2"]].concat();
    bench.run(&large).assert(
        0,
        "1 row, no problems\n",
        &format!("answer.json: left out: 1 filtered (--where)\n{more}"),
    );
    let report = bench
        .run(&[&large[..], &["--output", "json"]].concat())
        .json();
    assert_eq!(
        (&report["left_out"], &report["more_pages"]),
        (&json!({"filtered": 1}), &json!(true))
    );
    let none = [&there[..], &["--where", ".size > 9"]].concat();
    bench.run(&none).assert(
        2,
        "0 rows, 1 problem\n",
        "answer.json:1: `.size > 9` is true of no row: correct the expression\n",
    );
    let nowhere = [&check[..], &["--rows-at", ".data.boats"]].concat();
    assert!(
        bench
            .run(&nowhere)
            .stderr
            .contains("holds no list at `.data.boats[]`")
    );
    let table = [
        "check",
        "rooms.csv",
        "--group-id",
        GROUP,
        "--where",
        "(.size // \"0\" | tonumber) > 2",
    ];
    bench.run(&table).assert(
        0,
        "1 row, no problems\n",
        "rooms.csv: left out: 2 filtered (--where)\n",
    );
    for (option, expression) in [
        ("--where", ".size >"),
        ("--map", "TopicName=.["),
        ("--rows-at", "data"),
    ] {
        let ran = bench.run(&[&check[..4], &[option, expression]].concat());
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.stderr.contains("is no "), "{ran:?}");
    }
}

#[test]
fn private_channels_come_only_where_they_are_asked_for() {
    let bench = Bench::new().file(
        "channels.json",
        r#"[{"id":"C1","name":"open"},{"id":"C2","name":"board","is_private":true}]"#,
    );
    let check = [
        "check",
        "channels.json",
        "--from",
        "slack",
        "--group-id",
        GROUP,
    ];
    bench.run(&check).assert(
        0,
        "1 row, no problems\n",
        "channels.json: left out: 1 private (--include-private takes them)\n",
    );
    bench
        .run(&[&check[..], &["--include-private"]].concat())
        .assert(0, "2 rows, no problems\n", "");
}

#[test]
fn a_whole_export_is_given_as_it_is() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("export")).unwrap();
    let bench = bench
        .file("export/channels.json", r#"[{"id":"C1","name":"open"}]"#)
        .file("export/dms.json", r#"[{"id":"D1"}]"#)
        .file("export/users.json", r#"[{"id":"U1","name":"ada"}]"#)
        .file("more.json", "[\n{\"id\":\"C2\"}]");
    let from = ["--from", "slack", "--group-id", GROUP];
    bench
        .run(&[&["check", "export/"], &from[..]].concat())
        .assert(0, "1 row, no problems\n", "export/: left out: 1 direct\n");
    bench
        .run(&[&["check", "export/channels.json", "more.json"], &from[..]].concat())
        .assert(
            2,
            "2 rows, 1 of them invalid, 1 problem\n",
            "more.json:2: channel 1: TopicName: is missing, and required: add it\n",
        );
    // The journal stands beside the directory, not in it.
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator);
    std::fs::create_dir(bench.path("export")).unwrap();
    let bench = bench.file("export/channels.json", r#"[{"id":"C1","name":"open"}]"#);
    let import = [&["import", "export/"], &from[..]].concat();
    assert_eq!(bench.run(&import).status, 0);
    assert!(bench.path("export.journal").exists());
    let ran = bench.run(&["check", "export/channels.json", "-", "--format", "json"]);
    assert!(
        ran.stderr.contains("standard input is read alone"),
        "{ran:?}"
    );
}

#[test]
fn attachments_beside_an_export_are_said_to_be_passed_over() {
    let bench = Bench::new();
    std::fs::create_dir_all(bench.path("export/a.json_Files")).unwrap();
    let channel = r#"{"guild":{"id":"1","name":"g"},"channel":{"id":"197038439483310081","type":"GuildTextChat","name":"a"},"messages":[]}"#;
    let bench = bench
        .file("export/a.json", channel)
        .file("export/a.json_Files/list.json", r#"[{"name":"x"}]"#);
    let check = ["check", "export", "--from", "discord", "--group-id", GROUP];
    bench.run(&check).assert(
        0,
        "1 row, no problems\n",
        "export: passed over: 1 file in folders called `…_Files` beside an export, which hold its attachments\n",
    );
}

#[test]
fn a_last_page_without_rows_goes_together_with_the_others() {
    let page = |groups: &str| {
        format!(r#"{{"errCode":0,"errMsg":"","data":{{"total":1,"groups":{groups}}}}}"#) + "\n"
    };
    for last in ["[]", "null"] {
        let bench = Bench::new()
            .file("1.json", page(r#"[{"groupName":"Boathouse"}]"#))
            .file("2.json", page(last));
        let map = ["--map", "TopicName=.groupName", "--group-id", GROUP];
        let ran = bench.run(&[&["check", "1.json", "2.json"], &map[..]].concat());
        ran.assert(
            0,
            "1 row, no problems\n",
            "1.json: rows: 1 at `.data.groups`\n",
        );
    }
}

#[test]
fn sources_are_listed_and_printed_and_can_be_brought() {
    let bench = Bench::new();
    let list = bench.run(&["sources"]);
    assert_eq!((list.status, &*list.stderr), (0, ""));
    for name in ["slack", "discord", "telegram", "yunxin"] {
        assert!(list.stdout.lines().any(|line| line == name), "{name}");
    }
    assert!(list.stdout.contains("    leaves out  direct: "));
    let program = bench.run(&["sources", "slack"]);
    assert!(program.stdout.contains("module {"));
    let json = bench.run(&["sources", "slack", "--output", "json"]).json();
    assert_eq!(json[0]["program"], program.stdout);
    assert_eq!(bench.run(&["sources", "slak"]).status, 1);
    // What is printed can be changed and given.
    let mine = program.stdout.replace(".topic | said", ".name");
    let bench = bench
        .file("mine.jq", mine)
        .file("broken.jq", "module {")
        .file("channels.json", r#"[{"id":"C1","name":"open"}]"#);
    let run = |from: &str| {
        bench.run(&[
            "convert",
            "channels.json",
            "--from",
            from,
            "--group-id",
            GROUP,
        ])
    };
    let ran = run("mine.jq");
    assert_eq!(ran.status, 0, "{ran:?}");
    let row: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(row["Notification"], "open");
    assert_eq!(row["TopicId"], format!("{GROUP}@TOPIC#_mine-C1"));
    for (from, why) in [
        ("broken.jq", "broken.jq: "),
        ("none.jq", "cannot read none.jq: there is no such file"),
        ("slak", "known are cometchat, discord"),
    ] {
        let ran = run(from);
        assert_eq!(ran.status, 1);
        assert!(ran.stderr.contains(why), "{ran:?}");
    }
}
