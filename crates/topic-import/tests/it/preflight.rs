//! What is found out before an import: whether the account may call, and whether the communities are there.

use serde_json::json;
use topic_import_emulator::{Builder, Call, Command, Community, Emulator};
use topic_import_test_postgres::server;

use crate::endpoint::{Scripted, response};
use crate::support::{Bench, CANARY_KEY, GROUP, named_row, named_rows, unnamed_row};

const FILE: &str = "rows.jsonl";
const GONE: &str = "@TGS#_gone";
const MISSING: &str = "the group does not exist or has been deleted: \
    create the community first, with --create-communities or --communities FILE, or correct GroupId";
const UNFIT: &str = "Correct that, create missing ones with --create-communities or --communities,\n\
     or import with --skip-preflight: the rows of the communities named above are then held.\n";

fn only(group_ids: &[&str]) -> Builder {
    let builder = Emulator::builder().only_listed_communities();
    group_ids.iter().fold(builder, |builder, group_id| {
        builder.community(group_id, Community::Normal)
    })
}

/// How many calls looked communities up, and how many there were in all.
fn calls(emulator: &Emulator) -> (usize, usize) {
    let calls = emulator.state().calls();
    let is_lookup = |call: &&Call| call.command == Some(Command::GetGroupInfo);
    (calls.iter().filter(is_lookup).count(), calls.len())
}

fn gone(name: &str) -> String {
    named_row(name).replace(GROUP, GONE)
}

/// What lies beside the input.
fn files(bench: &Bench) -> Vec<String> {
    let entries = std::fs::read_dir(bench.path("")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name != FILE).collect();
    names.sort();
    names
}

#[test]
fn communities_that_are_not_there_are_named_and_nothing_is_imported_or_kept() {
    let emulator = only(&[GROUP]).start().unwrap();
    let rows = [
        named_row("a"),
        gone("b"),
        gone("c"),
        named_row("d").replace(GROUP, "@TGS#_never"),
        gone("e"),
        gone("f"),
    ];
    let bench = Bench::calling_emulator(&emulator).file(FILE, rows.concat());
    let stderr = format!(
        "rows.jsonl:2: {GONE} (4 rows, on lines 2, 3, 5 …): {MISSING}\n\
         rows.jsonl:4: @TGS#_never (1 row): {MISSING}\n\
         topic-import: 2 of 3 communities cannot be relied on; nothing was imported.\n{UNFIT}"
    );
    bench.run(&["import", FILE]).assert(1, "", &stderr);
    assert_eq!(calls(&emulator), (1, 1));
    assert_eq!(files(&bench), [""; 0]);

    let ran = bench.run(&["import", FILE, "--output", "json"]);
    assert_eq!((ran.status, &*ran.stderr), (1, &*stderr));
    assert_eq!(ran.counts(), "6 rows: 6 pending");

    let ran = bench.run(&["import", FILE, "--skip-preflight"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stdout.starts_with("6 rows: 1 imported, 5 held; "),
        "{ran:?}"
    );
    assert_eq!(calls(&emulator).0, 2);

    emulator.set_community(GONE, Community::Normal);
    emulator.set_community("@TGS#_never", Community::Normal);
    let ran = bench.run(&["import", FILE]);
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn many_communities_are_looked_up_in_lists_and_few_problems_are_said() {
    let emulator = only(&[]).start().unwrap();
    let row = |number: usize| named_row("x").replace(GROUP, &format!("@TGS#_{number}"));
    let bench =
        Bench::calling_emulator(&emulator).file(FILE, (0..120).map(row).collect::<String>());
    let ran = bench.run(&["import", FILE]);
    assert_eq!((ran.status, &*ran.stdout), (1, ""));
    let lines: Vec<_> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), 24);
    assert!(lines[19].starts_with("rows.jsonl:20: @TGS#_19 (1 row): "));
    assert_eq!(
        lines[20],
        "… and 100 more of them: `topic-import check` with --online and --output json lists all"
    );
    assert_eq!(calls(&emulator), (3, 3));
    let checked = bench.run(&["check", FILE, "--online"]);
    assert_eq!(checked.stdout.lines().count(), 2);
    assert_eq!(checked.stderr.lines().count(), 21);
    assert!(
        checked
            .stderr
            .ends_with("… and 100 more of them: --output json lists all\n")
    );
    let checked = bench.run(&["check", FILE, "--online", "--output", "json"]);
    let problems = &checked.json()["online"]["problems"];
    assert_eq!(problems.as_array().unwrap().len(), 120);
}

#[test]
fn a_wrong_key_costs_one_call_and_leaves_nothing() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .env("TOPIC_IMPORT_SECRET_KEY", CANARY_KEY)
        .file(FILE, named_rows(400));
    let ran = bench.run(&["import", FILE, "--output", "json"]);
    assert_eq!((ran.status, &*ran.counts()), (1, "400 rows: 400 pending"));
    assert!(
        ran.stderr
            .starts_with("topic-import: stopped: 70009 the UserSig was signed with another app's key (")
            && ran.stderr.ends_with(
                "): check SDKAppID, identifier and secret key against the console.\nThen run the same command again.\n"
            ),
        "{}",
        ran.stderr
    );
    assert_eq!(calls(&emulator), (1, 1));
    assert_eq!(files(&bench), [""; 0]);
}

#[test]
fn an_admin_or_an_app_of_another_region_is_said_with_the_first_call() {
    for code in [60010, 70020, 70403, 60021] {
        let faults = format!("get_group_info:code{code}@1-").parse().unwrap();
        let emulator = Emulator::builder().faults(faults).start().unwrap();
        let bench = Bench::calling_emulator(&emulator).file(FILE, named_rows(3));
        let ran = bench.run(&["import", FILE]);
        assert_eq!((ran.status, &*ran.stdout), (1, ""));
        let stopped = format!("topic-import: stopped: {code} ");
        assert!(ran.stderr.starts_with(&stopped), "{}", ran.stderr);
        assert_eq!(calls(&emulator), (1, 1));
    }
}

#[test]
fn bad_rows_are_said_before_anything_is_asked() {
    let emulator = only(&[]).start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file(FILE, named_row("a") + "{}\n");
    let ran = bench.run(&["import", FILE]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("1 of 2 rows invalid; nothing was sent"));
    assert_eq!(calls(&emulator), (0, 0));
    let ran = bench.run(&["import", FILE, "--skip-invalid"]);
    assert!(
        ran.stderr.contains(&format!("{GROUP} (1 row): ")),
        "{ran:?}"
    );
    assert_eq!(calls(&emulator), (1, 1));
}

#[test]
fn what_is_not_known_of_a_community_is_not_called_missing() {
    let faults = "get_group_info:code10007@1".parse().unwrap();
    let emulator = Emulator::builder().faults(faults).start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file(FILE, named_rows(1));
    let ran = bench.run(&["import", FILE]);
    assert_eq!(ran.status, 1);
    let line = format!("rows.jsonl:1: {GROUP} (1 row): could not be looked up: 10007 ");
    assert!(ran.stderr.starts_with(&line), "{}", ran.stderr);
}

#[test]
fn a_group_of_another_type_and_a_community_without_topics_are_said() {
    let server = Scripted::answering(|_| {
        let shown = r#"{"ActionStatus":"OK","ErrorCode":0,"GroupInfo":[
            {"GroupId":"@TGS#_riverside","ErrorCode":0,"Type":"AV\u001b[2JChatRoom"},
            {"GroupId":"@TGS#_gone","ErrorCode":0,"Type":"Community","SupportTopic":0}]}"#;
        response("200 OK", shown)
    });
    let bench = Bench::calling(&server.origin()).file(FILE, named_row("a") + &gone("b"));
    let ran = bench.run(&["import", FILE]);
    assert_eq!(ran.status, 1);
    let lines: Vec<_> = ran.stderr.lines().collect();
    assert_eq!(
        lines[0],
        format!(
            "rows.jsonl:1: {GROUP} (1 row): the group is of type AV\\u{{1b}}[2JChatRoom, \
             and only a community has topics: correct GroupId"
        )
    );
    let without = format!("rows.jsonl:2: {GONE} (1 row): the group does not support topics: ");
    assert!(lines[1].starts_with(&without), "{}", lines[1]);
}

#[test]
fn a_run_that_goes_on_tries_the_account_alone_and_only_where_there_is_something_to_do() {
    let emulator = Emulator::builder()
        .faults("import_topic:code60020@2".parse().unwrap())
        .start()
        .unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .env("TOPIC_IMPORT_CONCURRENCY", "1")
        .file(FILE, named_rows(3));
    assert_eq!(bench.run(&["import", FILE]).status, 3);
    assert_eq!(calls(&emulator).0, 1);

    let other_key = Bench::calling_emulator(&emulator)
        .env("TOPIC_IMPORT_SECRET_KEY", CANARY_KEY)
        .file(FILE, named_rows(3));
    std::fs::copy(
        bench.path("rows.jsonl.journal"),
        other_key.path("rows.jsonl.journal"),
    )
    .unwrap();
    let ran = other_key.run(&["import", FILE, "--output", "json"]);
    assert_eq!(
        (ran.status, &*ran.counts()),
        (1, "3 rows: 1 imported 1 held 1 pending")
    );
    assert_eq!(calls(&emulator).0, 2);

    assert_eq!(bench.run(&["import", FILE]).status, 0);
    assert_eq!(calls(&emulator).0, 3);
    assert_eq!(bench.run(&["import", FILE]).status, 0);
    assert_eq!(calls(&emulator).0, 3);
}

#[test]
fn a_run_in_a_database_is_not_there_where_a_community_is_missing_and_work_tries_the_account() {
    let database = server().database();
    let url = database.socket_url();
    let emulator = only(&[]).start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file(FILE, named_rows(3));
    let import = ["import", FILE, "--journal", &url];
    let ran = bench.run(&import);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains(MISSING), "{ran:?}");
    let ran = bench.run(&["work", "--journal", &url]);
    assert!(ran.stderr.contains("there is no run in "), "{ran:?}");

    emulator.set_faults("import_topic:code60020@1".parse().unwrap());
    assert_eq!(
        bench
            .run(&[&import[..], &["--skip-preflight"]].concat())
            .status,
        3
    );
    let other_key = Bench::calling_emulator(&emulator).env("TOPIC_IMPORT_SECRET_KEY", CANARY_KEY);
    let ran = other_key.run(&["work", "--journal", &url]);
    assert_eq!((ran.status, &*ran.stdout), (1, ""));
    assert!(
        ran.stderr.starts_with("topic-import: stopped: 70009 "),
        "{ran:?}"
    );
    assert_eq!(calls(&emulator).0, 2);
}

#[test]
fn the_emulator_of_an_import_needs_nothing_to_be_set_up() {
    let bench = Bench::new().file(FILE, named_rows(300));
    let ran = bench.run(&["import", FILE, "--emulator", "--rate", "0"]);
    ran.assert_summary(0, "300 rows: 300 imported; 300 calls", "");
}

#[test]
fn check_asks_the_service_where_it_is_told_to() {
    let emulator = only(&[GROUP]).start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .file("fine.jsonl", named_rows(2))
        .file(FILE, named_row("a") + &gone("b") + "{}\n");
    bench
        .run(&["check", "fine.jsonl"])
        .assert(0, "2 rows, no problems\n", "");
    assert_eq!(calls(&emulator), (0, 0));
    bench
        .run(&["check", "fine.jsonl", "--online"])
        .assert_summary(
            0,
            "2 rows, no problems\n1 community looked up, no problems; 1 call",
            "",
        );
    // Nothing else is called.
    assert_eq!(calls(&emulator), (1, 1));
    bench.run(&["check", FILE, "--online"]).assert_summary(
        2,
        "3 rows, 1 of them invalid, 2 problems\n\
         2 communities looked up, 1 not to be relied on; 1 call",
        &format!(
            "rows.jsonl:3: GroupId: is missing, and required: add it\n\
             rows.jsonl:3: TopicName: is missing, and required: add it\n\
             rows.jsonl:2: {GONE} (1 row): {MISSING}\n"
        ),
    );
    let json = bench
        .run(&["check", FILE, "--online", "--output", "json"])
        .json();
    assert_eq!(
        (&json["rows"], &json["problems_total"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(
        json["online"]["problems"],
        json!([{"GroupId": GONE, "rows": 1, "first_lines": [2], "message": MISSING}])
    );
    assert_eq!(
        (&json["online"]["communities"], &json["online"]["calls"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(emulator.state().topics_len(), 0);
}

#[test]
fn check_says_why_the_service_could_not_be_asked_and_what_else_it_found() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .env("TOPIC_IMPORT_SECRET_KEY", CANARY_KEY)
        .file(FILE, unnamed_row("a"));
    let ran = bench.run(&["check", FILE, "--online"]);
    assert_eq!((ran.status, &*ran.stdout), (1, "1 row, no problems\n"));
    assert!(
        ran.stderr.starts_with("topic-import: stopped: 70009 "),
        "{}",
        ran.stderr
    );
    let ran = Bench::new()
        .file(FILE, unnamed_row("a"))
        .run(&["check", FILE, "--online"]);
    assert_eq!((ran.status, &*ran.stdout), (1, ""));
    assert!(ran.stderr.contains("give --region"), "{}", ran.stderr);
}
