//! `--spread`: topics beyond what their community takes go into further communities.

use std::collections::BTreeMap;

use serde_json::json;
use topic_import_emulator::{Community, Emulator};

use crate::support::{Bench, GROUP, named_row, row_with};

const FILE: &str = "rows.jsonl";

/// Rows of one community, in which a later row has an earlier time.
fn rows(count: usize) -> String {
    (0..count)
        .map(|number| {
            let time = 2_000 - number;
            let id = format!("\"TopicId\":\"{GROUP}@TOPIC#_{number}\"");
            row_with(&number.to_string(), &format!(",{id},\"CreateTime\":{time}"))
        })
        .collect()
}

/// How many topics each community has.
fn communities(emulator: &Emulator) -> BTreeMap<String, usize> {
    let mut communities = BTreeMap::new();
    for topic in emulator.state().topics() {
        let (group_id, _) = topic.topic_id.split_once("@TOPIC#_").unwrap();
        *communities.entry(group_id.to_owned()).or_default() += 1;
    }
    communities
}

fn further(number: usize) -> String {
    format!("{GROUP}-{number}")
}

#[test]
fn more_topics_than_a_community_takes_are_imported_into_further_ones() {
    let emulator = Emulator::builder()
        .quota(None)
        .only_listed_communities()
        .community(GROUP, Community::Normal)
        .start()
        .unwrap();
    let bench = Bench::calling_emulator(&emulator).file(FILE, rows(450));
    let import = ["import", FILE, "--spread", "--rate", "0"];
    let ran = bench.run(&import);
    assert_eq!(ran.status, 1);
    let lines: Vec<_> = ran.stderr.lines().collect();
    assert_eq!(
        lines[0],
        "rows.jsonl: 250 topics put into 2 further communities"
    );
    let missing = format!(
        "rows.jsonl:1: {} (50 rows, on lines 1, 2, 3 …): ",
        further(3)
    );
    assert!(lines[1].starts_with(&missing), "{}", lines[1]);
    let missing = format!(
        "rows.jsonl:51: {} (200 rows, on lines 51, 52, 53 …): ",
        further(2)
    );
    assert!(lines[2].starts_with(&missing), "{}", lines[2]);

    emulator.set_community(&further(2), Community::Normal);
    emulator.set_community(&further(3), Community::Normal);
    bench.run(&import).assert_summary(
        0,
        "450 rows: 450 imported; 450 calls",
        "rows.jsonl: 250 topics put into 2 further communities\n",
    );
    let expected = [(GROUP.to_owned(), 200), (further(2), 200), (further(3), 50)];
    assert_eq!(communities(&emulator), BTreeMap::from(expected));
    // The last row has the earliest time.
    let oldest = format!("{GROUP}@TOPIC#_449");
    assert!(emulator.state().topic(&oldest).is_some());
    let newest = format!("{}@TOPIC#_0", further(3));
    assert!(emulator.state().topic(&newest).is_some());
}

#[test]
fn a_delta_with_the_map_of_the_first_run_leaves_its_topics_where_they_are() {
    let emulator = Emulator::builder().quota(None).start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file(FILE, rows(250));
    let spread = ["import", FILE, "--spread", "--rate", "0"];
    assert_eq!(bench.run(&spread).status, 0);
    let before: Vec<String> = emulator
        .state()
        .topics()
        .iter()
        .map(|topic| topic.topic_id.clone())
        .collect();
    for map in ["map.csv", "map.jsonl"] {
        let journal = ["report", "rows.jsonl.journal", "--rows", map];
        assert_eq!(bench.run(&journal).status, 0);
        // Older topics, which would move the others by themselves.
        let bench = Bench::calling_emulator(&emulator)
            .file(FILE, rows(300))
            .file(map, std::fs::read(bench.path(map)).unwrap());
        let ran = bench.run(&[&spread[..], &["--placed", map, "--output", "json"]].concat());
        assert_eq!(ran.status, 0, "{ran:?}");
        assert_eq!(ran.json()["rows"], 300);
        assert_eq!(emulator.state().topics_len(), 300);
        let expected = [(GROUP.to_owned(), 200), (further(2), 100)];
        assert_eq!(communities(&emulator), BTreeMap::from(expected));
        assert!(before.iter().all(|id| emulator.state().topic(id).is_some()));
    }
}

#[test]
fn check_and_the_plan_show_which_communities_get_how_many() {
    let bench = Bench::new().file(FILE, rows(450));
    bench.run(&["check", FILE, "--spread"]).assert(
        0,
        &format!(
            "450 rows, no problems\n{}: 200 topics of {GROUP}\n{}: 50 topics of {GROUP}\n",
            further(2),
            further(3)
        ),
        "",
    );
    let json = bench
        .run(&["check", FILE, "--spread", "--output", "json"])
        .json();
    assert_eq!(
        json["further_communities"],
        json!([
            {"GroupId": further(2), "of": GROUP, "number": 2, "topics": 200},
            {"GroupId": further(3), "of": GROUP, "number": 3, "topics": 50},
        ])
    );
    let dry = ["import", FILE, "--dry-run", "--spread"];
    let ran = bench.run(&dry);
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    assert!(
        ran.stdout.starts_with("450 topics would be created in 3 communities: ")
            && ran.stdout.ends_with(&format!(
                "\n2 further communities for what is beyond the limit of others: each must be there as well\n  \
                 {GROUP}: 200 topics\n  {}: 200 topics that name {GROUP}\n  {}: 50 topics that name {GROUP}\n",
                further(2),
                further(3)
            )),
        "{}",
        ran.stdout
    );
    let plan = bench
        .run(&[&dry[..], &["--output", "json"]].concat())
        .json();
    assert_eq!(
        plan["further_communities"],
        json!({further(2): {"of": GROUP, "number": 2}, further(3): {"of": GROUP, "number": 3}})
    );
}

#[test]
fn a_map_that_is_none_and_one_without_spreading_are_refused() {
    let bench = Bench::new()
        .file(FILE, named_row("a"))
        .file("map.jsonl", "{}\n")
        .file("map.txt", "");
    let check = ["check", FILE, "--spread", "--placed"];
    for (map, said) in [
        (
            "map.txt",
            "topic-import: --placed map.txt: the name must end in .jsonl or .csv, which says how the map is written\n",
        ),
        (
            "none.csv",
            "topic-import: --placed: cannot read none.csv: there is no such file: check the path\n",
        ),
        (
            "map.jsonl",
            "topic-import: cannot read map.jsonl: line 1 is no row of a map as a report writes it: it must have GroupId, TopicId and outcome\n",
        ),
    ] {
        bench
            .run(&[&check[..], &[map]].concat())
            .assert(1, "", said);
    }
    let ran = bench.run(&["check", FILE, "--placed", "map.jsonl"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("--spread"), "{}", ran.stderr);
}

#[test]
fn a_run_that_was_begun_without_spreading_is_another() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file(FILE, named_row("a"));
    assert_eq!(bench.run(&["import", FILE]).status, 0);
    let ran = bench.run(&["import", FILE, "--spread"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr
            .contains("was made for another run: --spread was not given, and is now"),
        "{}",
        ran.stderr
    );
}
