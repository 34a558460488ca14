//! `probe`: what the program believes, tried against an emulator that is as believed, and against others.

use std::time::Duration;

use serde_json::{Value, json};
use topic_import_emulator::{Builder, Community, Emulator, Outcome};

use crate::support::{Bench, GROUP, Ran, ended, wait_until};

const PROBE: [&str; 3] = ["probe", "--group-id", GROUP];
const JSON: [&str; 2] = ["--output", "json"];

fn probe(emulator: &Emulator, arguments: &[&str]) -> Ran {
    Bench::calling_emulator(emulator).run(&[&PROBE, arguments].concat())
}

fn differing(differences: &[&str]) -> Emulator {
    let differ = |builder: Builder, difference: &&str| builder.differ(difference.parse().unwrap());
    let builder = differences.iter().fold(Emulator::builder(), differ);
    builder.start().unwrap()
}

/// What the beliefs with this verdict are, and what was found.
fn with_verdict<'a>(json: &'a Value, verdict: &str) -> Vec<(&'a str, &'a str)> {
    let beliefs = json["beliefs"].as_array().unwrap().iter();
    beliefs
        .filter(|belief| belief["verdict"] == verdict)
        .map(|belief| {
            (
                belief["belief"].as_str().unwrap(),
                belief["found"].as_str().unwrap(),
            )
        })
        .collect()
}

/// Tells a probe's own name, which is another one each time.
fn own_name(ran: &Ran) -> &str {
    let (_, name) = ran.stderr.split_once("called ").unwrap();
    name.split_once("-…").unwrap().0
}

fn note(ran: &Ran, beliefs: usize) -> String {
    format!(
        "topic-import: probing {GROUP}: {beliefs} beliefs, tested with throw-away topics that are\ncalled {}-… and destroyed at the end\n",
        own_name(ran)
    )
}

#[test]
fn an_emulator_of_the_documents_agrees_with_all_and_keeps_nothing() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file(
        "rows.jsonl",
        crate::support::named_row("others") + &crate::support::unnamed_row("assigned"),
    );
    bench.run(&["import", "rows.jsonl"]);
    let topics = emulator.state().topics();
    let ran = bench.run(&PROBE);
    assert_eq!(emulator.state().topics(), topics);

    let lines: Vec<&str> = ran.stdout.lines().collect();
    let (count, lines) = lines.split_last().unwrap();
    let beliefs = lines.len() - 2;
    ran.assert(0, &ran.stdout, &note(&ran, beliefs));
    assert!(beliefs > 50);
    assert_eq!(*count, format!("{beliefs} beliefs: {beliefs} agree"));
    assert!(lines.iter().all(|line| line.chars().count() <= 80));
    assert!(lines[2..].iter().all(|line| line.ends_with("  agrees")));
    for line in [
        "TopicName of 31 bytes is refused              S        10004             agrees",
        "a TopicId in use is refused, its topic kept   S        10021             agrees",
        "get_topic takes 50 IDs                        decided  shown             agrees",
        "a UserSig made with another key is refused    E        70009             agrees",
    ] {
        assert!(lines.contains(&line), "{line}\n{}", ran.stdout);
    }
}

#[test]
fn it_keeps_far_below_the_quota_and_signs_wrongly_once_and_last() {
    let emulator = Emulator::builder().start().unwrap();
    assert_eq!(probe(&emulator, &[]).status, 0);
    let state = emulator.state();
    let outcomes = state.outcomes();
    assert_eq!(outcomes.get(&Outcome::ErrorCode(60007)), None);
    assert_eq!(outcomes[&Outcome::ErrorCode(70009)], 1);
    let calls = state.calls();
    assert_eq!(calls.last().unwrap().outcome, Outcome::ErrorCode(70009));
    for call in &calls {
        let same = |other: &&topic_import_emulator::Call| other.command == call.command;
        let within = |other: &&topic_import_emulator::Call| {
            other.at >= call.at && other.at < call.at + Duration::from_secs(1)
        };
        let calls = calls.iter().filter(same).filter(within).count();
        assert!(calls <= 52, "{calls} calls of one command in a second");
    }
}

#[test]
fn as_json_it_is_one_object() {
    let ran = Bench::new().run(&[&PROBE, &JSON[..], &["--emulator"]].concat());
    let json = ran.json();
    let beliefs = json["beliefs"].as_array().unwrap();
    assert_eq!((ran.status, &*ran.stderr), (0, &*note(&ran, beliefs.len())));
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "agrees",
            "beliefs",
            "differs",
            "group_id",
            "left_behind",
            "untried"
        ]
    );
    assert_eq!(json["group_id"], GROUP);
    assert_eq!(json["agrees"], beliefs.len());
    assert_eq!((&json["differs"], &json["untried"]), (&0.into(), &0.into()));
    assert_eq!(json["left_behind"], serde_json::json!([]));
    assert_eq!(
        beliefs[1],
        serde_json::json!({
            "belief": "TopicName of 31 bytes is refused",
            "source": "S",
            "expected": "10004",
            "found": "10004 invalid parameter (invalid TopicName: at most 30 bytes allowed, 31 found)",
            "verdict": "agrees",
        })
    );
}

#[test]
fn it_says_exactly_where_the_service_differs() {
    const MADE_UP: &str = "70013 the UserSig belongs to another user (the UserSig was not made with this app's secret key)";
    const IN_USE: &str = "10004 invalid parameter (the TopicId is already in use)";
    for (differences, found) in [
        (
            &["max-bytes:TopicName=100"][..],
            &[("TopicName of 31 bytes is refused", "taken")][..],
        ),
        (
            &["max-bytes:TopicName=29", "max-bytes:CustomString=3001"],
            &[
                (
                    "TopicName holds 30 bytes",
                    "10004 invalid parameter (invalid TopicName: at most 29 bytes allowed, 30 found)",
                ),
                ("CustomString of 3001 bytes is refused", "taken"),
            ],
        ),
        (
            &["max-bytes:GroupId=60", "max-bytes:TopicId=200"],
            &[
                ("GroupId of 49 bytes is refused", "taken"),
                ("TopicId of 97 bytes is refused", "taken"),
            ],
        ),
        (
            &["code:10021=10004"],
            &[
                ("a TopicId in use is refused, its topic kept", IN_USE),
                ("the ID of a destroyed topic is used up", IN_USE),
            ],
        ),
        (
            &[
                "max-bytes:TopicName=150",
                "max-bytes:FaceUrl=500",
                "max-bytes:Notification=400",
                "max-bytes:Introduction=400",
            ],
            &[
                ("TopicName of 31 bytes is refused", "taken"),
                ("FaceUrl of 101 bytes is refused", "taken"),
                ("Notification of 301 bytes is refused", "taken"),
                ("Introduction of 241 bytes is refused", "taken"),
                ("TopicName of 150 bytes is refused", "taken"),
                ("FaceUrl of 500 bytes is refused", "taken"),
                ("Notification of 400 bytes is refused", "taken"),
                ("Introduction of 400 bytes is refused", "taken"),
            ],
        ),
        (
            &["max-ids=20"],
            &[(
                "get_topic takes 50 IDs",
                "10004 invalid parameter (invalid TopicIdList: at most 20 IDs allowed, 50 found)",
            )],
        ),
        (
            &["hide:Introduction", "hide:MuteAllMember"],
            &[(
                "get_topic shows every field as it was sent",
                "Introduction is missing, MuteAllMember is missing or of another type",
            )],
        ),
        (
            &["text-accounts", "strict-fields"],
            &[
                (
                    "From_Account may be a number",
                    "60015 the account must be a string (From_Account must be a string)",
                ),
                (
                    "a field that no document names is ignored",
                    "10004 invalid parameter (invalid ProbeField: there is no such field)",
                ),
            ],
        ),
        (
            &["code:70009=70013", "code:110003=110002"],
            &[
                ("a topic is not destroyed twice", "110002"),
                ("a UserSig made with another key is refused", MADE_UP),
            ],
        ),
    ] {
        let emulator = differing(differences);
        let ran = probe(&emulator, &JSON);
        let json = ran.json();
        assert_eq!(with_verdict(&json, "differs"), found, "{differences:?}");
        assert_eq!(with_verdict(&json, "untried"), [], "{differences:?}");
        assert_eq!((ran.status, &json["differs"]), (2, &found.len().into()));
        assert_eq!(emulator.state().topics_len(), 0, "{differences:?}");
    }
}

#[test]
fn what_the_documents_leave_open_agrees_either_way() {
    let emulator = differing(&["code:10021=10025", "shut-up-all-flag", "omit-missing"]);
    let ran = probe(&emulator, &JSON);
    let json = ran.json();
    assert_eq!((ran.status, &json["differs"]), (0, &0.into()), "{json}");
    assert_eq!(emulator.state().topics_len(), 0);
}

#[test]
fn an_id_that_is_free_again_after_its_topic_is_found_and_cleaned_up() {
    let emulator = Emulator::builder().reuse_destroyed_ids().start().unwrap();
    let ran = probe(&emulator, &JSON);
    assert_eq!(
        with_verdict(&ran.json(), "differs"),
        [("the ID of a destroyed topic is used up", "taken")]
    );
    assert_eq!(emulator.state().topics_len(), 0);
}

#[test]
fn a_community_is_filled_only_where_it_is_asked_for() {
    const ROOM: &str = "a community takes 200 topics";
    let each = |topics: Option<usize>, up_to: &str| {
        let emulator = Emulator::builder().topics_per_community(topics);
        let emulator = emulator.start().unwrap();
        let bench = Bench::calling_emulator(&emulator);
        let bench = bench.file("rows.jsonl", crate::support::named_rows(3));
        bench.run(&["import", "rows.jsonl"]);
        let fill: &[&str] = if up_to.is_empty() {
            &[]
        } else {
            &["--fill-up-to", up_to]
        };
        let ran = bench.run(&[&PROBE, &JSON[..], fill].concat());
        assert_eq!(emulator.state().topics_len(), 3);
        let json = ran.json();
        let beliefs = json["beliefs"].as_array().unwrap().iter();
        let room = beliefs.filter(|belief| belief["belief"] == ROOM);
        let room = room.map(|belief| {
            let text = |key: &str| belief[key].as_str().unwrap();
            format!("{}: {}", text("verdict"), text("found"))
        });
        (ran.status, room.collect::<Vec<_>>().join(", "))
    };
    let found = |status, text: &str| (status, text.to_owned());
    assert_eq!(each(Some(200), ""), found(0, ""));
    assert_eq!(each(Some(200), "201"), found(0, "agrees: full at 200"));
    assert_eq!(each(Some(100), "201"), found(2, "differs: full at 100"));
    assert_eq!(each(None, "201"), found(2, "differs: not full at 201"));
    assert_eq!(each(None, "110"), found(2, "untried: not full at 110"));
}

#[test]
fn a_service_name_that_is_not_there_is_told_from_the_rest() {
    let emulator = differing(&["without-service:group_open_http_svc"]);
    let other = ["--service", "million_group_open_http_svc"];
    let json = probe(&emulator, &[&other[..], &JSON].concat()).json();
    assert_eq!(
        with_verdict(&json, "differs"),
        [(
            "group_open_http_svc has import_topic",
            "60009 wrong domain or resource (there is no such service)"
        )]
    );
    assert_eq!(json["untried"], 0);
}

#[test]
fn a_difference_stands_out_in_the_table_with_what_was_expected() {
    let emulator = differing(&["max-bytes:TopicName=100"]);
    let ran = probe(&emulator, &[]);
    assert_eq!(ran.status, 2);
    assert!(ran.stdout.contains(
        "\nTopicName of 31 bytes is refused              S        taken; expected:  DIFFERS\n\
         \u{20}                                                      10004\n"
    ));
    assert!(ran.stdout.ends_with(" agree, 1 differ\n"), "{}", ran.stdout);
}

#[test]
fn what_has_nothing_to_do_with_a_belief_leaves_it_untried() {
    let emulator = differing(&["code:60003=80001"]);
    let ran = probe(&emulator, &JSON);
    let json = ran.json();
    let (untried, _) = with_verdict(&json, "untried")[0];
    assert_eq!(untried, "a body that is not JSON is refused");
    assert_eq!((ran.status, &json["differs"]), (2, &0.into()));
}

#[test]
fn lost_answers_change_nothing_but_the_time_it_takes() {
    let plan = "import_topic:lost@3,import_topic:http502-done@8,import_topic:code10002-done@12,get_topic:reset-after@5";
    let emulator = Emulator::builder()
        .faults(plan.parse().unwrap())
        .start()
        .unwrap();
    let ran = probe(&emulator, &JSON);
    let json = ran.json();
    assert_eq!(
        (ran.status, &json["left_behind"]),
        (0, &json!([])),
        "{json}"
    );
    assert_eq!(emulator.state().topics_len(), 0);
}

#[test]
fn an_answer_that_contradicts_itself_is_not_as_believed() {
    let plan = "import_topic:zero-with-fail@2-4".parse().unwrap();
    let emulator = Emulator::builder().faults(plan).start().unwrap();
    let json = probe(&emulator, &JSON).json();
    let [(belief, found)] = *with_verdict(&json, "differs") else {
        panic!("{json}");
    };
    assert_eq!(belief, "TopicName holds 30 bytes");
    assert!(found.contains("the answer's ErrorCode and ActionStatus contradict each other"));
    assert_eq!(json["untried"], 0);
    assert_eq!(emulator.state().topics_len(), 0);
}

#[test]
fn a_community_that_takes_no_topics_is_not_probed() {
    for (community, why) in [
        (
            Community::Deleted,
            "10010 the group does not exist or has been deleted: \
             create the community first, or correct GroupId; an import with --create-communities and another --journal would create it",
        ),
        (
            Community::WithoutTopics,
            "11000 the group does not support topics: \
             switch on the community feature and then its topics in the console (Premium or Ultimate plan; \
             Pro, Pro Plus or Enterprise by newer names); a community made without SupportTopic 1 takes none: make another",
        ),
    ] {
        let emulator = Emulator::builder()
            .community(GROUP, community)
            .start()
            .unwrap();
        let ran = probe(&emulator, &[]);
        let (_, stderr) = ran.stderr.split_once("at the end\n").unwrap();
        assert_eq!(
            (ran.status, &*ran.stdout, stderr),
            (
                1,
                "",
                &*format!(
                    "topic-import: cannot probe {GROUP}: {why}.\nThen run the same command again.\n"
                )
            )
        );
        assert_eq!(emulator.state().calls_len(), 1);
    }
}

#[test]
fn an_endpoint_that_is_down_is_not_probed() {
    let address = Emulator::builder().start().unwrap().address();
    let ran = Bench::calling(&format!("http://{address}")).run(&PROBE);
    let (_, stderr) = ran.stderr.split_once("at the end\n").unwrap();
    assert_eq!((ran.status, &*ran.stdout), (1, ""));
    assert_eq!(
        stderr,
        format!(
            "topic-import: cannot probe {GROUP}: could not connect to the service: the connection was refused (http://{address}).\n\
             Check --region or --endpoint and the network. Then run the same command again.\n"
        )
    );
}

#[test]
fn a_service_that_falls_silent_ends_it_and_what_is_left_is_listed() {
    let plan = "lost@21-".parse().unwrap();
    let emulator = Emulator::builder().faults(plan).start().unwrap();
    // Nothing that is asked any more is answered: not even what is destroyed is known to be.
    let ran = probe(&emulator, &JSON);
    let json = ran.json();
    assert_eq!(ran.status, 3);
    assert_eq!(json["differs"], 0);
    assert!(json["untried"].as_u64().unwrap() > 30, "{json}");
    let left: Vec<&str> = json["left_behind"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    let own = format!("{GROUP}@TOPIC#_{}-", own_name(&ran));
    assert!(!left.is_empty() && left.iter().all(|id| id.starts_with(&own)));
    let topics = if left.len() == 1 { "topic" } else { "topics" };
    let (_, stderr) = ran.stderr.split_once("at the end\n").unwrap();
    assert_eq!(
        stderr,
        format!(
            "topic-import: stopped: the service no longer answers.\n\
             possibly left behind: {} {topics}\n{}\n\
             To remove them, call destroy_topic with their GroupId and these as TopicIdList.\n",
            left.len(),
            left.join("\n")
        )
    );
}

#[test]
fn without_a_group_or_with_a_bad_one_nothing_is_sent() {
    let ran = Bench::new().run(&["probe", "--emulator"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("--group-id <GROUP_ID>"));
    let ran = Bench::new().run(&["probe", "--emulator", "--group-id", "riverside"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("starts with `@TGS#_`"));
}

#[cfg(unix)]
mod interrupted {
    use std::process::Child;

    use super::*;
    use crate::interrupt::send_interrupt;

    fn start(emulator: &Emulator, arguments: &[&str]) -> Child {
        Bench::calling_emulator(emulator).start(&[&PROBE, &JSON[..], arguments].concat())
    }

    fn wait_for_topics(emulator: &Emulator, topics: usize) {
        wait_until(|| emulator.state().topics_len() >= topics);
    }

    fn end(child: Child) -> Ran {
        let ran = ended(child);
        assert_eq!(ran.status, 3);
        ran
    }

    #[test]
    fn ctrl_c_leaves_nothing_behind() {
        let emulator = Emulator::builder().start().unwrap();
        let child = start(&emulator, &[]);
        wait_for_topics(&emulator, 5);
        send_interrupt(&child);
        let ran = end(child);
        assert_eq!(emulator.state().topics_len(), 0);
        let json = ran.json();
        assert_eq!(json["left_behind"], json!([]));
        assert_eq!(json["differs"], 0);
        assert!(json["agrees"].as_u64().unwrap() >= 4, "{json}");
        let (_, found) = *with_verdict(&json, "untried").last().unwrap();
        assert_eq!(found, "stopped before");
        let (_, stderr) = ran.stderr.split_once("at the end\n").unwrap();
        assert_eq!(
            stderr,
            "topic-import: stopping: destroying the throw-away topics; a second Ctrl-C stops at once\n\
             topic-import: stopped as asked.\n"
        );
    }

    #[test]
    fn ctrl_c_while_a_community_is_filled_leaves_nothing_behind() {
        let emulator = Emulator::builder();
        let emulator = emulator.topics_per_community(None).start().unwrap();
        let child = start(&emulator, &["--fill-up-to", "1000000"]);
        wait_for_topics(&emulator, 100);
        send_interrupt(&child);
        let ran = end(child);
        assert_eq!(emulator.state().topics_len(), 0);
        assert_eq!(ran.json()["left_behind"], json!([]));
        let json = ran.json();
        let (belief, found) = with_verdict(&json, "untried")[0];
        assert_eq!(
            (belief, found),
            ("a community takes 200 topics", "stopped before")
        );
    }

    #[test]
    fn a_second_ctrl_c_lists_what_is_left() {
        let plan = "destroy_topic:delay-60s@1-".parse().unwrap();
        let emulator = Emulator::builder().faults(plan).start().unwrap();
        let mut child = start(&emulator, &[]);
        wait_for_topics(&emulator, 5);
        // Until the program ends: it may take a signal over a little later than it says so.
        while child.try_wait().unwrap().is_none() {
            send_interrupt(&child);
            std::thread::sleep(Duration::from_millis(20));
        }
        let ran = end(child);
        let left = ran.json()["left_behind"].as_array().unwrap().len();
        assert!(left >= 5, "{ran:?}");
        assert!(ran.stderr.contains("\nTo remove them, call destroy_topic"));
    }
}
