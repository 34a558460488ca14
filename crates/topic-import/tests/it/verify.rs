//! `verify`: reads back what a journal says is there, and says what is missing or differs.

use serde_json::{Value, json};
use topic_import_emulator::{Community, Emulator, Outcome};

use crate::support::{
    Bench, GROUP, Ran, ended, named_row, named_rows, row_with, unnamed_row, wait_until,
};
use crate::topics::{self, id, import};

const JOURNAL: &str = "rows.jsonl.journal";

fn verify(bench: &Bench) -> Ran {
    bench.run(&["verify", JOURNAL])
}

fn verify_json(bench: &Bench) -> (i32, Value) {
    let ran = bench.run(&["verify", JOURNAL, "--output", "json"]);
    assert_eq!(ran.stderr, "");
    (ran.status, ran.json())
}

fn bench(emulator: &Emulator, rows: impl AsRef<[u8]>) -> Bench {
    Bench::calling_emulator(emulator).file("rows.jsonl", rows)
}

/// How many calls of this command came to this.
fn calls(emulator: &Emulator, command: &str, outcome: Outcome) -> usize {
    let calls = emulator.state().calls().into_iter();
    calls
        .filter(|call| call.command.is_some_and(|name| name.to_string() == command))
        .filter(|call| call.outcome == outcome)
        .count()
}

#[test]
fn what_is_there_as_imported_is_equal() {
    let emulator = Emulator::builder().start().unwrap();
    let full = ",\"TopicId\":\"@TGS#_riverside@TOPIC#_full\",\"From_Account\":\"alice\",\"CustomString\":\"\",\
                \"FaceUrl\":\"https://example.com/水\",\"Notification\":\"\\u0000\\n\",\
                \"Introduction\":\"👋 水\",\"CreateTime\":1448357837";
    let bench = bench(&emulator, named_rows(3) + &row_with("full", full));
    import(&bench);
    verify(&bench).assert_summary(0, "4 topics checked: 4 equal; 1 call", "");
    assert_eq!(
        verify_json(&bench),
        (
            0,
            json!({"checked": 4, "equal": 4, "missing": [], "differing": [], "not_checked": {}})
        )
    );
}

#[test]
fn a_topic_that_is_gone_is_missing() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(3));
    import(&bench);
    topics::destroy(&emulator, GROUP, &[&id("1")]);
    let ran = verify(&bench);
    let (line, summary) = ran.stdout.split_once('\n').unwrap();
    assert_eq!(line, "line 2: @TGS#_riverside@TOPIC#_1: missing");
    assert!(
        summary.starts_with("3 topics checked: 2 equal, 1 missing; 1 call in "),
        "{summary}"
    );
    assert_eq!((ran.status, &*ran.stderr), (2, ""));
    assert_eq!(
        verify_json(&bench),
        (
            2,
            json!({"checked": 3, "equal": 2, "missing": [id("1")], "differing": [], "not_checked": {}})
        )
    );
}

#[test]
fn a_topic_with_other_content_is_named_field_by_field() {
    let emulator = Emulator::builder().reuse_destroyed_ids().start().unwrap();
    let row = |introduction: &str, time: u32| {
        row_with(
            "a",
            &format!(
                ",\"TopicId\":\"{}\",\"Introduction\":\"{introduction}\",\"CreateTime\":{time}",
                id("a")
            ),
        )
    };
    let wanted = "水".repeat(80);
    let bench = bench(&emulator, named_row("b") + &row(&wanted, 7));
    import(&bench);
    topics::replace(&emulator, &row("«\u{1f44b}\\n»", 8));
    let ran = verify(&bench);
    let (line, summary) = ran.stdout.split_once('\n').unwrap();
    assert_eq!(
        line,
        format!(
            "line 2: @TGS#_riverside@TOPIC#_a: Introduction is \"«👋\\n»\", not \"{wanted}\", \
             CreateTime is \"8\", not \"7\""
        )
    );
    assert!(
        summary.starts_with("2 topics checked: 1 equal, 1 differing; 1 call in "),
        "{summary}"
    );
    assert_eq!((ran.status, &*ran.stderr), (2, ""));
    let fields = json!({
        "Introduction": {"wanted": wanted, "found": "«👋\n»"},
        "CreateTime": {"wanted": "7", "found": "8"},
    });
    assert_eq!(
        verify_json(&bench),
        (
            2,
            json!({"checked": 2, "equal": 1, "missing": [], "differing": [{"TopicId": id("a"), "fields": fields}], "not_checked": {}})
        )
    );
}

#[test]
fn topics_that_the_service_named_are_read_back_by_the_names_it_gave() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, unnamed_row("a").repeat(3) + &named_row("b"));
    import(&bench);
    verify(&bench).assert_summary(0, "4 topics checked: 4 equal; 1 call", "");
    let named_by_service = emulator.state().topics()[0].topic_id.clone();
    topics::destroy(&emulator, GROUP, &[&named_by_service]);
    let (status, found) = verify_json(&bench);
    assert_eq!((status, &found["missing"]), (2, &json!([named_by_service])));
}

#[test]
fn groups_that_alternate_in_the_input_are_asked_for_in_full_lists() {
    let emulator = Emulator::builder().start().unwrap();
    let groups = ["@TGS#_a", "@TGS#_b", "@TGS#_c"];
    let rows: String = (0..120)
        .flat_map(|row| groups.map(|group| named_row(&row.to_string()).replace(GROUP, group)))
        .collect();
    let bench = bench(&emulator, rows);
    bench.run(&["import", "rows.jsonl", "--quiet"]);
    verify(&bench).assert_summary(0, "360 topics checked: 360 equal; 9 calls", "");
    for group in groups {
        topics::destroy(&emulator, group, &[&id("77").replace(GROUP, group)]);
    }
    let (status, found) = verify_json(&bench);
    assert_eq!((status, &found["equal"]), (2, &json!(357)));
    assert_eq!(found["missing"].as_array().unwrap().len(), 3);
}

#[test]
fn the_topics_of_a_group_that_is_gone_are_missing() {
    let emulator = Emulator::builder().start().unwrap();
    let gone = named_rows(60).replace(GROUP, "@TGS#_gone");
    let bench = bench(&emulator, named_rows(2) + &gone);
    import(&bench);
    emulator.set_community("@TGS#_gone", Community::Deleted);
    let (status, found) = verify_json(&bench);
    assert_eq!(
        (status, &found["checked"], &found["equal"]),
        (2, &json!(62), &json!(2))
    );
    assert_eq!(found["missing"].as_array().unwrap().len(), 60);
    let gone = Outcome::ErrorCode(10010);
    assert_eq!(calls(&emulator, "get_topic", gone), 2);
}

#[test]
fn the_topics_of_a_group_that_takes_none_any_more_were_not_asked_for() {
    let emulator = Emulator::builder().start().unwrap();
    let plain = named_rows(60).replace(GROUP, "@TGS#_plain");
    let bench = bench(&emulator, named_rows(2) + &plain);
    import(&bench);
    emulator.set_community("@TGS#_plain", Community::WithoutTopics);
    let ran = bench.run(&["verify", JOURNAL, "--output", "json"]);
    assert_eq!((ran.status, &ran.json()["checked"]), (3, &json!(2)));
    assert_eq!(ran.json()["missing"], json!([]));
    assert_eq!(ran.stderr.matches(": not checked: 11000 ").count(), 10);
    let said = "\n… and 50 more not checked, for the same reasons\n";
    assert!(ran.stderr.contains(said), "{ran:?}");
}

#[test]
fn rows_that_are_not_there_by_the_journal_are_counted_and_not_checked() {
    let emulator = Emulator::builder()
        .faults("code10004@2-3".parse().unwrap())
        .start()
        .unwrap();
    let bench = bench(&emulator, named_rows(5)).env("TOPIC_IMPORT_CONCURRENCY", "1");
    assert_eq!(bench.run(&["import", "rows.jsonl"]).status, 2);
    verify(&bench).assert_summary(
        0,
        "3 topics checked: 3 equal; 1 call",
        "topic-import: 2 rows not checked, because of their outcome in the journal: 2 rejected. For details: topic-import report rows.jsonl.journal\n",
    );
}

#[test]
fn another_app_or_endpoint_is_refused_with_what_differs() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_row("a"));
    import(&bench);
    bench
        .run(&["verify", JOURNAL, "--sdk-app-id", "7", "--region", "seoul"])
        .assert(
            1,
            "",
            &format!(
                "topic-import: the journal {JOURNAL} was made for another run: the SDKAppID was 1400000000, and is 7 now; \
                 the endpoint was {}, and is https://adminapikr.im.qcloud.com now.\nGive the earlier values, or name another journal.\n",
                emulator.origin()
            ),
        );
}

#[test]
fn what_is_no_journal_is_named() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_row("a"));
    let remedy = "Name the journal of an import: for FILE it is FILE.journal, unless --journal named another place.\n";
    for (file, what) in [
        ("missing", "there is no journal missing"),
        ("rows.jsonl", "rows.jsonl is not a journal of topic-import"),
    ] {
        bench
            .run(&["verify", file])
            .assert(1, "", &format!("topic-import: {what}.\n{remedy}"));
    }
    assert_eq!(emulator.state().calls_len(), 0);
}

#[test]
fn a_call_that_fails_for_a_while_is_repeated() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(300));
    import(&bench);
    let plan = "seed=3,lost=0.2,http502=0.1,cut-json=0.1,code60008=0.1,code60007=0.1";
    emulator.set_faults(plan.parse().unwrap());
    let (status, found) = verify_json(&bench);
    assert_eq!((status, &found["equal"]), (0, &json!(300)));
}

#[test]
fn a_list_that_is_refused_is_asked_for_in_halves() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(8));
    import(&bench);
    emulator.set_faults("get_topic:code10004@1-3".parse().unwrap());
    let (status, found) = verify_json(&bench);
    assert_eq!((status, &found["equal"]), (0, &json!(8)));
}

#[test]
fn a_topic_that_is_refused_alone_is_not_checked_and_the_others_are() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(2));
    import(&bench);
    emulator.set_faults("get_topic:code10004@1-2".parse().unwrap());
    let ran = bench.run(&["verify", JOURNAL, "--output", "json"]);
    assert_eq!(
        ran.json(),
        json!({"checked": 1, "equal": 1, "missing": [], "differing": [], "not_checked": {"unread": 1}})
    );
    let (line, rest) = ran.stderr.split_once('\n').unwrap();
    assert!(
        line.starts_with("line ") && line.contains(": not checked: 10004 invalid parameter ("),
        "{line}"
    );
    assert_eq!(
        (ran.status, rest),
        (
            3,
            "topic-import: 1 topic could not be checked.\n\
             Solve the problem above, then run the same command again: it will start over.\n"
        )
    );
}

#[test]
fn a_group_that_may_not_be_read_leaves_its_topics_unchecked() {
    let emulator = Emulator::builder()
        .faults("get_topic:code10007@1".parse().unwrap())
        .start()
        .unwrap();
    let other = named_rows(3).replace(GROUP, "@TGS#_zone");
    let bench = bench(&emulator, named_rows(2) + &other);
    import(&bench);
    let ran = bench.run(&["verify", JOURNAL, "--output", "json"]);
    assert_eq!((ran.status, &ran.json()["checked"]), (3, &json!(3)));
    assert_eq!(ran.stderr.matches(": not checked: 10007 ").count(), 2);
    assert!(ran.stderr.contains("2 topics could not be checked"));
}

#[test]
fn an_answer_that_shows_nothing_of_a_topic_is_not_taken_for_an_equal_one() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(2));
    import(&bench);
    // A success with nothing but the envelope.
    emulator.set_faults("get_topic:no-topic-id@1-".parse().unwrap());
    let ran = bench.run(&[
        "verify",
        JOURNAL,
        "--output",
        "json",
        "--give-up-after",
        "1s",
    ]);
    assert_eq!((ran.status, &ran.json()["checked"]), (3, &json!(0)));
    assert!(
        ran.stderr.starts_with(
            "topic-import: gave up: something that is not the API answered: the answer does not have the API's envelope"
        ),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr
            .ends_with("Then run the same command again. It will start over.\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_every_call_would_meet_stops_at_the_first() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(200));
    import(&bench);
    let bench = bench.env("TOPIC_IMPORT_SECRET_KEY", crate::support::CANARY_KEY);
    let ran = bench.run(&["verify", JOURNAL, "--output", "json"]);
    assert_eq!((ran.status, &ran.json()["checked"]), (3, &json!(0)));
    assert!(ran.stderr.starts_with(
        "topic-import: stopped: 70009 the UserSig was signed with another app's key ("
    ));
    assert_eq!(calls(&emulator, "get_topic", Outcome::ErrorCode(70009)), 1);
}

#[test]
fn an_endpoint_that_is_no_longer_there_is_no_start() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(2));
    import(&bench);
    let origin = emulator.origin();
    drop(emulator);
    let ran = bench.run(&["verify", JOURNAL, "--give-up-after", "500ms"]);
    let told = format!(
        "topic-import: gave up: could not connect to the service: the connection was refused ({origin}).\n\
         Check --region or --endpoint and the network. Then run the same command again. It will start over.\n"
    );
    assert_eq!((ran.status, ran.stderr), (1, told));
    assert!(
        ran.stdout
            .starts_with("0 topics checked: nothing to compare; ")
    );
}

#[test]
fn a_service_that_falls_silent_in_between_stops_the_verification() {
    for (fault, what) in [
        ("http502", "the service or a proxy failed (HTTP status 502)"),
        (
            "lost",
            "the request was sent, but no complete answer came back: the connection was lost before the answer was complete",
        ),
    ] {
        let emulator = Emulator::builder().start().unwrap();
        let bench = bench(&emulator, named_rows(600));
        import(&bench);
        let plan = format!("get_topic:{fault}@3-");
        emulator.set_faults(plan.parse().unwrap());
        let ran = bench.run(&[
            "verify",
            JOURNAL,
            "--output",
            "json",
            "--give-up-after",
            "1s",
        ]);
        assert_eq!((ran.status, &ran.json()["checked"]), (3, &json!(100)));
        assert_eq!(
            ran.stderr,
            format!(
                "topic-import: gave up: {what}.\nCheck --region or --endpoint, and --service. \
                 Then run the same command again. It will start over.\n"
            )
        );
    }
}

#[test]
fn what_an_import_has_done_so_far_can_be_verified_while_it_runs() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(400));
    let mut running = bench.start(&["import", "rows.jsonl", "--rate", "50", "--quiet"]);
    wait_until(|| emulator.state().topics_len() >= 60);
    let ran = bench.run(&["verify", JOURNAL, "--output", "json"]);
    running.kill().unwrap();
    running.wait().unwrap();
    let verified = ran.json();
    assert!(verified["equal"].as_u64().unwrap() > 0);
    // What is in flight may be there, and was not looked at.
    let in_flight = verified["not_checked"]["in_flight"].as_u64().unwrap();
    assert!(in_flight > 0);
    assert_eq!(ran.status, 2, "{ran:?}");
    let rows = if in_flight == 1 { "row" } else { "rows" };
    let said = format!(
        ". For details: topic-import report rows.jsonl.journal\n\
         Run the import again to settle {in_flight} {rows} in flight, unless it is still running, and then verify again.\n"
    );
    assert!(ran.stderr.ends_with(&said), "{ran:?}");
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_a_verification_and_says_that_it_begins_anew() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(600));
    import(&bench);
    let before = emulator.state().calls_len();
    let verify = ["verify", JOURNAL, "--rate", "4", "--output", "json"];
    let child = bench.start(&verify);
    wait_until(|| emulator.state().calls_len() >= before + 2);
    crate::interrupt::send_interrupt(&child);
    let ran = ended(child);
    assert_eq!(
        (ran.status, &*ran.stderr),
        (
            3,
            &*(crate::interrupt::STOPPING.to_owned()
                + &crate::interrupt::as_asked(&verify)
                + "It will start over.\n")
        )
    );
    let checked = ran.json()["checked"].as_u64().unwrap();
    assert!((50..600).contains(&checked), "{checked}");
}

#[test]
fn many_findings_are_told_by_kind_and_all_of_them_as_json() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(40));
    import(&bench);
    let gone: Vec<String> = (0..25).map(|number| id(&number.to_string())).collect();
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    topics::destroy(&emulator, GROUP, &gone);
    let ran = verify(&bench);
    assert_eq!(ran.stdout.matches(": missing\n").count(), 10);
    let said = "\n… and 15 more missing or differing: --output json lists all\n40 topics checked: 15 equal, 25 missing; ";
    assert!(ran.stdout.contains(said), "{ran:?}");
    let ran = bench.run(&["verify", JOURNAL, "--output", "json"]);
    assert_eq!(ran.json()["missing"].as_array().unwrap().len(), 25);
}
