//! `import`: into an emulator, with every outcome that a row can have.

use serde_json::json;
use topic_import_emulator::{Account, Community, Emulator};

use crate::support::{Bench, GROUP, named_row, named_rows, row_with, unnamed_row};

const FILE: &str = "rows.jsonl";

fn import(bench: &Bench) -> crate::support::Ran {
    bench.run(&["import", FILE])
}

#[test]
fn rows_are_imported_into_an_emulator_of_its_own() {
    let bench = Bench::new().file(FILE, named_rows(20));
    for _ in 0..2 {
        bench.run(&["import", FILE, "--emulator"]).assert_summary(
            0,
            "20 rows: 20 imported; 20 calls",
            "",
        );
    }
    let ran = bench.run(&["import", FILE, "--emulator", "--output", "json", "--quiet"]);
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    assert_eq!(ran.counts(), "20 rows: 20 imported");
    assert_eq!(ran.json()["calls"], 20);
    assert_eq!(ran.json()["by_code"], json!({}));
}

#[test]
fn the_example_of_the_repository_is_imported_whole() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/community.jsonl");
    let rows = std::fs::read_to_string(file).unwrap().lines().count();
    let ran = Bench::new().run(&["import", file, "--emulator", "--rate", "0"]);
    ran.assert_summary(
        0,
        &format!("{rows} rows: {rows} imported; {rows} calls"),
        "",
    );
}

#[test]
fn every_service_name_will_do() {
    for service in ["group_open_http_svc", "million_group_open_http_svc"] {
        Bench::new()
            .file(FILE, named_rows(1))
            .run(&["import", FILE, "--emulator", "--service", service])
            .assert_summary(0, "1 row: 1 imported; 1 call", "");
    }
}

#[test]
fn the_same_command_again_finds_what_is_there() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file(FILE, named_rows(3));
    import(&bench).assert_summary(0, "3 rows: 3 imported; 3 calls", "");
    let again = "topic-import: continuing with rows.jsonl.journal\n";
    import(&bench).assert_summary(0, "3 rows: 3 imported; 0 calls", again);
}

#[test]
fn another_input_that_names_topics_that_are_there_finds_them() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file(FILE, named_rows(3));
    import(&bench);
    let bench = bench.file(FILE, named_rows(4));
    import(&bench).assert(
        1,
        "",
        "topic-import: the journal rows.jsonl.journal was made for another run: the input's content has changed.\n\
         Restore the input to continue that run, or begin another run: name another journal with --journal \
         (in a database, another name with --run), or remove this journal: what it has imported can then no longer be undone, and the map of IDs is lost.\n\
         In another run, unchanged rows with a TopicId, given or derived, are found and not imported twice; \
         changed rows with the same TopicId are conflicts; all others are imported.\n\
         The same command with --dry-run says which rows differ.\n",
    );
    bench
        .run(&["import", FILE, "--journal", "second.journal"])
        .assert_summary(0, "4 rows: 1 imported, 3 existing; 7 calls", "");
}

#[test]
fn a_conflict_names_the_row_and_what_differs() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file(FILE, named_row("a") + &named_row("b"));
    import(&bench);
    let changed = named_row("a").replace("\"a\"", "\"new\"");
    let bench = bench
        .without_journals()
        .file(FILE, named_row("b") + &changed);
    import(&bench).assert_summary(
        2,
        "2 rows: 1 existing, 1 conflict; 4 calls",
        "rows.jsonl:2: new: conflict: @TGS#_riverside@TOPIC#_a exists with different content: \
         TopicName is \"a\", not \"new\": choose another TopicId, or change the existing topic\n\
         topic-import: 1 row failed. To correct it: topic-import report rows.jsonl.journal --failed mend.jsonl\n",
    );
    let ran = bench.run(&["import", FILE, "--output", "json"]);
    assert_eq!(
        (ran.status, &*ran.counts()),
        (2, "2 rows: 1 existing 1 conflict")
    );
    assert_eq!(ran.json()["by_code"], json!({"10021": 1}));
}

#[test]
fn a_group_that_is_gone_holds_its_rows_and_says_so_once() {
    let emulator = Emulator::builder()
        .community("@TGS#_gone", Community::Deleted)
        .community("@TGS#_empty", Community::WithoutTopics)
        .start()
        .unwrap();
    let gone = |name: &str| unnamed_row(name).replace(GROUP, "@TGS#_gone");
    let empty = unnamed_row("e").replace(GROUP, "@TGS#_empty");
    let rows = [gone("a"), gone("b"), named_row("c"), empty, gone("d")];
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .env("TOPIC_IMPORT_CONCURRENCY", "1")
        .file(FILE, rows.concat());
    let ran = import(&bench);
    assert_eq!(ran.status, 2);
    let lines: Vec<_> = ran.stderr.lines().collect();
    assert_eq!(
        lines[0],
        "rows.jsonl:1: a: held: 10010 the group does not exist or has been deleted: \
         create the community first, or correct GroupId; an import with --create-communities and another --journal would create it"
    );
    assert!(
        lines[1].starts_with("rows.jsonl:4: e: held: 11000 the group does not support topics: ")
    );
    assert_eq!(
        lines[2..],
        ["topic-import: @TGS#_gone: 2 further rows held without being sent"]
    );
    assert!(
        ran.stdout
            .starts_with("5 rows: 1 imported, 4 held; 3 calls in "),
        "{}",
        ran.stdout
    );
}

#[test]
fn of_many_rows_that_fail_alike_the_first_are_told_and_the_others_counted() {
    let mut emulator = Emulator::builder().faults("code80001@1-25".parse().unwrap());
    let gone = |number: usize| format!("@TGS#_gone{number}");
    for number in 0..14 {
        emulator = emulator.community(&gone(number), Community::Deleted);
    }
    let emulator = emulator.start().unwrap();
    // A topic that is imported in between shows that not every community is gone.
    let lost = (0..14).map(|number| {
        let rows = named_row("a") + &named_row("b") + &named_row("c");
        rows.replace(GROUP, &gone(number)) + &named_row(&format!("between{number}"))
    });
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .env("TOPIC_IMPORT_CONCURRENCY", "1")
        .file("rows.jsonl", named_rows(25) + &lost.collect::<String>());
    let ran = bench.run(&["import", "rows.jsonl"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    let told = |what: &str| {
        ran.stderr
            .lines()
            .filter(|line| line.contains(what))
            .count()
    };
    assert_eq!(
        (told(": rejected: 80001 "), told(": held: 10010 ")),
        (10, 10),
        "{ran:?}"
    );
    assert_eq!(told(": 2 further rows held without being sent"), 10);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert!(
        lines.contains(
            &"topic-import: 19 further rows failed in the same ways: topic-import report rows.jsonl.journal says why"
        ),
        "{ran:?}"
    );
    assert!(
        lines.contains(&"topic-import: 4 more communities: 8 further rows held without being sent"),
        "{ran:?}"
    );
}

#[test]
fn a_full_community_is_held_and_a_second_one_stops_the_import_until_there_is_room() {
    const OTHER: &str = "@TGS#_other";
    let emulator = Emulator::builder()
        .community(GROUP, Community::FullAt(2))
        .community(OTHER, Community::FullAt(0))
        .start()
        .unwrap();
    let others = named_rows(2).replace(GROUP, OTHER);
    let bench = Bench::calling_emulator(&emulator)
        .env("TOPIC_IMPORT_CONCURRENCY", "1")
        .file(FILE, named_rows(4) + &others);
    let ran = import(&bench);
    assert_eq!(ran.status, 3);
    let why = "topic-import: stopped, as two communities in turn met it with no topic imported in between: ";
    let (_, stopped) = ran.stderr.split_once(why).unwrap();
    assert!(
        stopped.starts_with("10037 the number of topics or groups is over the limit ("),
        "{stopped}"
    );
    assert!(
        stopped.ends_with(
            "or upgrade the plan.\n\
             Then run the same command again.\n"
        ),
        "{stopped}"
    );
    assert!(
        ran.stdout
            .starts_with("6 rows: 2 imported, 3 held, 1 pending; 4 calls in "),
        "{}",
        ran.stdout
    );
    emulator.set_community(GROUP, Community::Normal);
    emulator.set_community(OTHER, Community::Normal);
    import(&bench).assert_summary(
        0,
        "6 rows: 6 imported; 4 calls",
        "topic-import: continuing with rows.jsonl.journal\n",
    );
}

#[test]
fn codes_that_no_other_row_would_escape_stop_the_import_at_once() {
    for (code, calls) in [
        (60004, 2),
        (70002, 1),
        (70005, 1),
        (70403, 1),
        (10026, 1),
        (10058, 1),
    ] {
        let emulator = Emulator::builder()
            .faults(format!("import_topic:code{code}@1-").parse().unwrap())
            .start()
            .unwrap();
        let bench = Bench::calling_emulator(&emulator)
            .without_preflight()
            .file(FILE, named_rows(40));
        let ran = bench.run(&["import", FILE, "--output", "json"]);
        assert_eq!(
            (ran.status, &*ran.counts()),
            (3, "40 rows: 1 held 39 pending"),
            "{code}"
        );
        assert_eq!(emulator.state().calls_len(), calls, "{code}");
        assert!(
            ran.stderr.contains(&format!("stopped: {code} ")),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn an_unknown_public_code_stops_the_import_at_its_fifth_row_in_turn() {
    let emulator = Emulator::builder()
        .faults("import_topic:code60999@1-".parse().unwrap())
        .start()
        .unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .env("TOPIC_IMPORT_CONCURRENCY", "1")
        .file(FILE, named_rows(40));
    let ran = bench.run(&["import", FILE, "--output", "json"]);
    assert_eq!(
        (ran.status, &*ran.counts()),
        (3, "40 rows: 5 held 35 pending")
    );
    assert!(
        ran.stderr.contains("5 rows in turn met it"),
        "{}",
        ran.stderr
    );
}

#[test]
fn equal_topics_are_there_already_whatever_the_service_calls_their_ids() {
    for code in [10021, 10025] {
        let emulator = Emulator::builder()
            .faults(format!("import_topic:code{code}@4-").parse().unwrap())
            .start()
            .unwrap();
        let bench = Bench::calling_emulator(&emulator).file(FILE, named_rows(3));
        import(&bench);
        std::fs::remove_file(bench.path("rows.jsonl.journal")).unwrap();
        let ran = bench.run(&["import", FILE, "--output", "json"]);
        assert_eq!(
            (ran.status, &*ran.counts()),
            (0, "3 rows: 3 existing"),
            "{code}"
        );
    }
}

#[test]
fn after_a_stop_rows_without_an_id_are_not_imported_again() {
    let emulator = Emulator::builder()
        .faults("import_topic:code10058@2".parse().unwrap())
        .start()
        .unwrap();
    let bench = Bench::calling_emulator(&emulator).file(FILE, unnamed_row("a") + &unnamed_row("b"));
    assert_eq!(import(&bench).status, 3);
    assert_eq!(import(&bench).status, 0);
    assert_eq!(emulator.state().topics_len(), 2);
}

#[test]
fn a_wrong_key_stops_at_the_first_call() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .env("TOPIC_IMPORT_SECRET_KEY", crate::support::CANARY_KEY)
        .file(FILE, unnamed_row("a") + &unnamed_row("b"));
    let ran = bench.run(&["import", FILE, "--output", "json"]);
    assert_eq!(
        (ran.status, &*ran.counts()),
        (3, "2 rows: 1 held 1 pending")
    );
    assert_eq!(ran.json()["by_code"], json!({"70009": 1}));
    assert!(ran.stderr.starts_with(
        "topic-import: stopped: 70009 the UserSig was signed with another app's key ("
    ));
    assert!(ran.stderr.ends_with(
        "): check SDKAppID, identifier and secret key against the console.\nThen run the same command again.\n"
    ));
    assert_eq!(emulator.state().topics_len(), 0);
}

#[test]
fn a_bad_row_keeps_everything_from_being_sent() {
    let emulator = Emulator::builder().start().unwrap();
    let bench =
        Bench::calling_emulator(&emulator).file(FILE, named_row("a") + "{}\n" + &named_row("a"));
    let stderr = "rows.jsonl:2: GroupId: is missing, and required: add it\n\
                  rows.jsonl:2: TopicName: is missing, and required: add it\n\
                  rows.jsonl:3: TopicId: is the same as in line 1: every topic needs an ID of its own\n\
                  topic-import: 2 of 3 rows invalid; nothing was sent.\n\
                  Correct the input, or import only the valid rows with --skip-invalid.\n";
    import(&bench).assert(1, "", stderr);
    let ran = bench.run(&["import", FILE, "--output", "json"]);
    assert_eq!((ran.status, &*ran.stderr), (1, stderr));
    assert_eq!(ran.counts(), "3 rows: 3 pending");
    assert_eq!(emulator.state().calls_len(), 0);
}

#[test]
fn bad_rows_that_are_skipped_count_as_rejected() {
    let bench = Bench::new().file(FILE, named_row("a") + "{}\n" + &named_row("a") + "\n");
    let ran = bench.run(&["import", FILE, "--emulator", "--skip-invalid"]);
    assert_eq!(ran.status, 2);
    assert_eq!(ran.stderr.lines().count(), 3);
    assert!(
        ran.stdout
            .starts_with("3 rows: 1 imported, 2 rejected; 1 call in "),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_bad_header_is_not_skipped() {
    let bench = Bench::new().file("rows.csv", format!("GroupId,TopicNmae\n{GROUP},a\n"));
    for skip in [&[][..], &["--skip-invalid"]] {
        let ran = bench.run(&[&["import", "rows.csv", "--emulator"], skip].concat());
        assert_eq!((ran.status, &*ran.stdout), (1, ""));
        assert!(ran.stderr.starts_with(
            "rows.csv:1: TopicNmae: is no field of import_topic: did you mean `TopicName`?\n"
        ));
        assert!(ran.stderr.ends_with(
            "topic-import: the header is invalid; nothing was sent.\nCorrect it: every row depends on it.\n"
        ));
    }
}

#[test]
fn what_is_imported_is_what_was_written() {
    let emulator = Emulator::builder().start().unwrap();
    let csv = "TopicName,From_Account,CreateTime,Introduction,TopicId\n\
               \" 水,\",007,2015-11-24T17:37:17+08:00,\"two\nlines\",@TGS#_riverside@TOPIC#_a\n\
               👋,42,,,@TGS#_riverside@TOPIC#_b\n";
    Bench::calling_emulator(&emulator)
        .file("rows.csv", csv)
        .run(&["import", "rows.csv", "--group-id", GROUP])
        .assert_summary(0, "2 rows: 2 imported; 2 calls", "");
    let topics = emulator.state().topics();
    assert_eq!(&*topics[0].profile.topic_name, " 水,");
    assert_eq!(
        topics[0].profile.from_account,
        Some(Account::Text("007".into()))
    );
    assert_eq!(topics[0].profile.create_time, 1_448_357_837);
    assert_eq!(
        topics[0].profile.introduction.as_deref(),
        Some("two\nlines")
    );
    assert_eq!(&*topics[1].profile.topic_name, "👋");
    assert_eq!(
        topics[1].profile.from_account,
        Some(Account::Text("42".into()))
    );
}

#[test]
fn a_row_that_may_have_been_imported_is_named_and_not_repeated() {
    let emulator = Emulator::builder()
        .faults("import_topic:lost@2".parse().unwrap())
        .start()
        .unwrap();
    let rows = [
        unnamed_row("a"),
        row_with("b\\u202e[2J", ""),
        unnamed_row("c"),
    ];
    let bench = Bench::calling_emulator(&emulator)
        .env("TOPIC_IMPORT_CONCURRENCY", "1")
        .file(FILE, rows.concat());
    bench
        .run(&["import", FILE])
        .assert_summary(
            2,
            "3 rows: 2 imported, 1 unknown; 3 calls",
            "rows.jsonl:2: b\\u{202e}[2J: unknown: may or may not have been imported: the request was sent, but no complete \
             answer came back: the connection was lost before the answer was complete: the row has no TopicId: look for the topic in the community; --retry unknown would import it a second time if it is there\n",
        );
    assert_eq!(emulator.state().topics_len(), 3);
    // Only who asks for it gets it twice, and is told.
    let ran = bench.run(&["import", FILE, "--retry", "unknown", "--quiet"]);
    assert_eq!((ran.status, emulator.state().topics_len()), (0, 4));
    assert_eq!(
        ran.stderr,
        "topic-import: 1 row without a TopicId sent again, because of --retry unknown: a topic that is there already will be there twice\n"
    );
}

#[test]
fn rows_without_an_id_get_one_from_what_they_are_and_lost_answers_are_settled() {
    let emulator = Emulator::builder()
        .faults("import_topic:lost@2".parse().unwrap())
        .start()
        .unwrap();
    let rows = [unnamed_row("a"), unnamed_row("b"), unnamed_row("a")];
    let import = |status_line: &str| {
        Bench::calling_emulator(&emulator)
            .env("TOPIC_IMPORT_CONCURRENCY", "1")
            .file(FILE, rows.concat())
            .run(&["import", FILE, "--topic-ids", "derived"])
            .assert_summary(
                0,
                status_line,
                "rows.jsonl: 1 row repeats another wholly (line 3 is as line 1): it is a topic of its own\n",
            );
    };
    import("3 rows: 2 imported, 1 existing; 5 calls");
    import("3 rows: 3 existing; 6 calls");
    let names = emulator.state().topics().into_iter();
    let names: Vec<_> = names.map(|topic| topic.profile.topic_name).collect();
    assert_eq!(names.len(), 3);
    assert_eq!(names.iter().filter(|name| &***name == "a").count(), 2);
}

#[test]
fn what_to_do_about_an_account_that_was_refused_as_it_was_written_is_said_once() {
    let rows = "TopicName,From_Account\na,7\nb,8\nc,anna\n";
    let import = ["import", "rows.csv", "--group-id", GROUP, "-q"];
    let told = |fault: &str, form: &str| {
        let emulator = Emulator::builder()
            .faults(fault.parse().unwrap())
            .differ("text-accounts".parse().unwrap())
            .start()
            .unwrap();
        let bench = Bench::calling_emulator(&emulator).file("rows.csv", rows);
        let ran = bench.run(&[&import[..], &["--from-account-as", form]].concat());
        assert_eq!(
            ran.status,
            if fault.is_empty() && form == "text" {
                0
            } else {
                2
            }
        );
        ran.stderr
    };
    assert_eq!(told("", "text"), "");
    for (fault, form, remedy) in [
        (
            "",
            "number",
            "From_Account was sent as a number: --from-account-as text sends a CSV's digits as text; in JSON, write it in quotation marks.\n",
        ),
        (
            "import_topic:code60015@1-2",
            "text",
            "From_Account was sent as text: --from-account-as number sends a CSV's digits as a number; in JSON, write it without quotation marks.\n",
        ),
    ] {
        let said = told(fault, form);
        assert_eq!(said.matches("rejected: 60015").count(), 2, "{said}");
        let remedy =
            format!("{remedy}Either change makes it another run: name another --journal for it.\n");
        assert_eq!(said.matches(&remedy).count(), 1, "{said}");
        assert_eq!(said.matches("--from-account-as").count(), 1, "{said}");
    }
}

#[test]
fn digits_in_csv_are_an_account_as_text_unless_a_number_is_asked_for() {
    let sent = |arguments: &[&str]| {
        let emulator = Emulator::builder().start().unwrap();
        let bench = Bench::calling_emulator(&emulator)
            .file("rows.csv", "TopicName,From_Account\na,1400187352\n");
        let import = ["import", "rows.csv", "--group-id", GROUP, "-q"];
        assert_eq!(bench.run(&[&import[..], arguments].concat()).status, 0);
        let account = emulator.state().topics()[0].profile.from_account.clone();
        account.unwrap()
    };
    let text = Account::Text("1400187352".into());
    assert_eq!(sent(&[]), text);
    assert_eq!(sent(&["--from-account-as", "text"]), text);
    assert_eq!(
        sent(&["--from-account-as", "number"]),
        Account::Number(1_400_187_352)
    );
}

#[test]
fn a_changed_input_without_an_earlier_option_is_told_to_need_both() {
    let bench = Bench::new().file("rows.jsonl", named_rows(2));
    let import = ["import", "rows.jsonl", "--emulator", "--journal", "j"];
    let fit = [&import[..], &["--fit"]].concat();
    assert_eq!(bench.run(&fit).status, 0);
    let bench = bench.file("rows.jsonl", named_rows(3));
    let told = |arguments: &[&str]| {
        let ran = bench.run(arguments);
        assert_eq!(ran.status, 1, "{ran:?}");
        ran.stderr.lines().nth(1).unwrap().to_owned()
    };
    let both = "Restore the input and give the earlier values to continue that run, or begin another run: ";
    assert!(told(&import).starts_with(both));
    let input = "Restore the input to continue that run, or begin another run: ";
    assert!(told(&fit).starts_with(input));
    let bench = bench.file("rows.jsonl", named_rows(2));
    let ran = bench.run(&import);
    let options = "\nGive the earlier values to continue that run, or begin another run: ";
    assert!(ran.stderr.contains(options), "{ran:?}");
    assert_eq!(bench.run(&fit).status, 0);
}

#[test]
fn rows_that_are_told_of_no_more_are_told_where_they_stand() {
    let rows = named_rows(12);
    for (journal, said) in [
        (
            &["--journal", "it's a journal"][..],
            r"topic-import report 'it'\''s a journal' says why",
        ),
        (&[], "topic-import report rows.jsonl.journal says why"),
    ] {
        let plan = "import_topic:code10004@1-".parse().unwrap();
        let emulator = Emulator::builder().faults(plan).start().unwrap();
        let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", &rows);
        let ran = bench.run(&[&["import", "rows.jsonl"], journal].concat());
        let said = format!("\ntopic-import: 2 further rows failed in the same ways: {said}\n");
        assert!(ran.stderr.contains(&said), "{ran:?}");
    }
}
