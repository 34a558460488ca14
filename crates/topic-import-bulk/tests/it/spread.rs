//! Topics beyond what their community takes, in further communities.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::num::NonZeroU64;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;
use topic_import_bulk::Outcome;
use topic_import_bulk::check::{
    CheckReport, CheckSettings, Placed, Spread, TopicIds, plan, valid_rows,
};
use topic_import_bulk::journal::{Journal as _, Loading, Order, SqliteJournal};
use topic_import_bulk::load::load;
use topic_import_bulk::report::{ReportedRow, RowFormat, RowMap};

use crate::support::{GROUP, JournalFile, identity, jsonl_input, lines, read_rows, wait};

fn settings(limit: u64, topic_ids: TopicIds) -> CheckSettings {
    let mut settings = CheckSettings::default();
    settings.topics_per_community = NonZeroU64::new(limit).unwrap();
    settings.topic_ids = topic_ids;
    settings.spread = Some(Spread::default());
    settings
}

/// The requests as they would be sent, by their `TopicId`, and what the check found.
fn spread(rows: &[String], settings: &CheckSettings) -> (Vec<Value>, CheckReport) {
    let text = lines(rows.iter().cloned());
    let (report, mut sound) = valid_rows(&jsonl_input(&text), settings, |_| {}).unwrap();
    let mut requests = Vec::new();
    loop {
        let page = sound.next_page().unwrap();
        if page.is_empty() {
            requests.sort_by_key(Value::to_string);
            return (requests, report);
        }
        let page = page
            .iter()
            .map(|request| serde_json::from_str(request).unwrap());
        requests.extend::<Vec<Value>>(page.collect());
    }
}

/// Which topics, by the own part of their `TopicId`, are in which community.
fn by_community(requests: &[Value]) -> BTreeMap<String, Vec<String>> {
    let mut communities: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for request in requests {
        let [group_id, topic_id] = ["GroupId", "TopicId"].map(|key| request[key].as_str().unwrap());
        let own_part = topic_id
            .strip_prefix(&format!("{group_id}@TOPIC#_"))
            .unwrap();
        let topics = communities.entry(group_id.to_owned()).or_default();
        topics.push(own_part.to_owned());
    }
    for topics in communities.values_mut() {
        topics.sort();
    }
    communities
}

fn named_in(group_id: &str, custom: &str, created: Option<u32>) -> String {
    let created = created.map_or(String::new(), |time| format!(",\"CreateTime\":{time}"));
    format!(
        r#"{{"GroupId":"{group_id}","TopicName":"x","TopicId":"{group_id}@TOPIC#_{custom}"{created}}}"#
    )
}

fn unnamed(name: &str, created: Option<u32>) -> String {
    let created = created.map_or(String::new(), |time| format!(",\"CreateTime\":{time}"));
    format!(r#"{{"GroupId":"{GROUP}","TopicName":"{name}"{created}}}"#)
}

fn owned(expected: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
    let expected = expected.iter();
    expected
        .map(|(group_id, topics)| {
            let topics = topics.iter().map(ToString::to_string).collect();
            ((*group_id).to_owned(), topics)
        })
        .collect()
}

/// A map with these topics, all of them there.
fn map_of(communities: &BTreeMap<String, Vec<String>>) -> (TempDir, Placed) {
    let mut text = String::new();
    for (group_id, topics) in communities {
        for topic in topics {
            let row = format!(
                r#"{{"line":1,"GroupId":"{group_id}","TopicId":"{group_id}@TOPIC#_{topic}","outcome":"imported"}}"#
            );
            writeln!(text, "{row}").unwrap();
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let path: PathBuf = directory.path().join("map.jsonl");
    std::fs::write(&path, text).unwrap();
    let placed = Placed::file(path, RowFormat::Jsonl).unwrap();
    (directory, placed)
}

#[test]
fn topics_fill_communities_by_their_creation_time_and_then_by_their_id() {
    let rows = [
        named_in(GROUP, "e", None),
        named_in(GROUP, "d", Some(30)),
        named_in(GROUP, "c", Some(10)),
        named_in(GROUP, "b", Some(20)),
        named_in(GROUP, "a", Some(20)),
    ];
    let (requests, report) = spread(&rows, &settings(2, TopicIds::Derived));
    assert_eq!(report.problems, []);
    assert_eq!(
        by_community(&requests),
        owned(&[
            ("@TGS#_riverside", &["a", "c"]),
            ("@TGS#_riverside-2", &["b", "d"]),
            ("@TGS#_riverside-3", &["e"]),
        ])
    );
    let further: Vec<_> = report
        .further_communities
        .iter()
        .map(|further| {
            let (group_id, of) = (further.group_id.as_str(), further.of.as_str());
            (group_id, of, further.number, further.topics)
        })
        .collect();
    assert_eq!(
        further,
        [
            ("@TGS#_riverside-2", GROUP, 2, 2),
            ("@TGS#_riverside-3", GROUP, 3, 1)
        ]
    );
    let named: Vec<_> = report
        .communities
        .iter()
        .map(|community| {
            let first_lines = &*community.first_lines;
            (community.group_id.as_str(), community.rows, first_lines)
        })
        .collect();
    assert_eq!(
        named,
        [
            ("@TGS#_riverside-3", 1, &[1][..]),
            ("@TGS#_riverside-2", 2, &[2, 4]),
            (GROUP, 2, &[3, 5]),
        ]
    );
}

#[test]
fn a_community_that_takes_its_topics_is_left_alone() {
    let rows = [named_in(GROUP, "a", None), named_in("@TGS#_b", "b", None)];
    let (requests, report) = spread(&rows, &settings(1, TopicIds::Derived));
    assert_eq!(
        by_community(&requests),
        owned(&[("@TGS#_b", &["b"]), (GROUP, &["a"])])
    );
    assert!(report.further_communities.is_empty());
}

#[test]
fn equal_topics_are_each_there_and_a_topic_that_is_named_twice_is_a_problem_still() {
    let rows = [
        unnamed("a", Some(1)),
        unnamed("a", Some(1)),
        unnamed("a", Some(1)),
        named_in(GROUP, "b", Some(2)),
        named_in(GROUP, "b", Some(2)),
    ];
    let (requests, report) = spread(&rows, &settings(2, TopicIds::Derived));
    assert_eq!((report.invalid, report.problems_total), (1, 1));
    let communities = by_community(&requests);
    let hash = &communities[GROUP][0];
    assert_eq!(
        communities,
        owned(&[
            (GROUP, &[hash, &format!("{hash}-2")]),
            ("@TGS#_riverside-2", &[&format!("{hash}-3"), "b"]),
        ])
    );
}

#[test]
fn topics_that_the_service_names_are_spread_by_what_they_are() {
    let mut rows: Vec<String> = ["a", "b", "c", "a", "d"]
        .map(|name| unnamed(name, None))
        .into();
    let settings = settings(2, TopicIds::Service);
    let (requests, report) = spread(&rows, &settings);
    assert!(requests.iter().all(|request| request["TopicId"].is_null()));
    assert_eq!(report.further_communities.len(), 2);
    rows.reverse();
    assert_eq!(spread(&rows, &settings).0, requests);
}

#[test]
fn what_rows_name_is_no_further_community_of_another() {
    let rows = [
        named_in("@TGS#_a", "1", None),
        named_in("@TGS#_a", "2", None),
        named_in("@TGS#_a-2", "3", None),
    ];
    let (requests, _) = spread(&rows, &settings(1, TopicIds::Derived));
    assert_eq!(
        by_community(&requests),
        owned(&[
            ("@TGS#_a", &["1"]),
            ("@TGS#_a-2", &["3"]),
            ("@TGS#_a-3", &["2"])
        ])
    );
}

#[test]
fn a_community_whose_id_has_no_room_for_a_further_one_is_one_problem() {
    let long = format!("@TGS#_{}", "g".repeat(41));
    let rows = ["a", "b", "c"].map(|custom| named_in(&long, custom, None));
    let (requests, report) = spread(&rows, &settings(1, TopicIds::Derived));
    assert_eq!(by_community(&requests), owned(&[(&long, &["a"])]));
    assert_eq!((report.invalid, report.problems_total), (2, 1));
    assert_eq!(
        report.problems[0].to_string(),
        format!(
            "2: GroupId: {long} has 2 topics over the limit of 1 for a community here, and is too long for a further \
             community to be called after it: choose a shorter GroupId, or spread them over several communities"
        )
    );
}

#[test]
fn a_topic_whose_id_is_too_long_in_a_further_community_is_a_problem_of_its_row() {
    let longest = "x".repeat(96 - "@TGS#_riverside@TOPIC#_".len());
    let rows = [
        named_in(GROUP, "a", Some(1)),
        named_in(GROUP, &longest, Some(2)),
        named_in(GROUP, "b", Some(3)),
    ];
    let (requests, report) = spread(&rows, &settings(1, TopicIds::Derived));
    assert_eq!(
        by_community(&requests),
        owned(&[(GROUP, &["a"]), ("@TGS#_riverside-2", &["b"])])
    );
    assert_eq!((report.invalid, report.problems_total), (1, 1));
    let said = report.problems[0].to_string();
    assert!(said.starts_with("2: TopicId: is 98 bytes long"), "{said}");
}

#[test]
fn a_map_keeps_topics_where_they_are_and_what_is_there_takes_room() {
    let (_directory, placed) = map_of(&owned(&[
        (GROUP, &["new", "gone"]),
        ("@TGS#_riverside-2", &["old"]),
    ]));
    let mut settings = settings(2, TopicIds::Derived);
    settings.spread.as_mut().unwrap().placed = Some(placed);
    let rows = [
        named_in(GROUP, "new", Some(9)),
        named_in(GROUP, "old", Some(1)),
        named_in(GROUP, "added", Some(5)),
        named_in(GROUP, "last", Some(6)),
    ];
    let (requests, report) = spread(&rows, &settings);
    assert_eq!(report.problems, []);
    assert_eq!(
        by_community(&requests),
        owned(&[
            (GROUP, &["new"]),
            ("@TGS#_riverside-2", &["added", "old"]),
            ("@TGS#_riverside-3", &["last"]),
        ])
    );
    // A few rows that are within the limit by themselves.
    let (requests, _) = spread(&rows[1..3], &settings);
    assert_eq!(
        by_community(&requests),
        owned(&[("@TGS#_riverside-2", &["added", "old"])])
    );
}

#[test]
fn a_map_does_not_put_a_topic_into_a_community_that_rows_name() {
    let (_directory, placed) = map_of(&owned(&[("@TGS#_a", &["1"]), ("@TGS#_a-2", &["general"])]));
    let mut settings = settings(1, TopicIds::Derived);
    settings.spread.as_mut().unwrap().placed = Some(placed);
    let rows = [
        named_in("@TGS#_a", "1", None),
        named_in("@TGS#_a", "general", None),
        named_in("@TGS#_a-2", "general", None),
    ];
    let (requests, _) = spread(&rows, &settings);
    assert_eq!(
        by_community(&requests),
        owned(&[
            ("@TGS#_a", &["1"]),
            ("@TGS#_a-2", &["general"]),
            ("@TGS#_a-3", &["general"])
        ])
    );
}

#[test]
fn a_map_that_cannot_be_read_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("map.jsonl");
    assert!(Placed::file(&path, RowFormat::Jsonl).is_err());
    std::fs::write(&path, "{}\n").unwrap();
    let placed = Placed::file(&path, RowFormat::Jsonl).unwrap();
    let mut settings = settings(2, TopicIds::Derived);
    settings.spread.as_mut().unwrap().placed = Some(placed);
    let error = valid_rows(&jsonl_input(""), &settings, |_| {}).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot read {}", path.display()));
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.starts_with("line 1 is no row of a map"), "{cause}");
}

#[test]
fn the_plan_shows_which_communities_get_how_many() {
    let rows = (0..5).map(|number| named_in(GROUP, &number.to_string(), None));
    let text = lines(rows);
    let settings = settings(2, TopicIds::Derived);
    let (_, plan, _) = plan(&jsonl_input(&text), &settings, None, |_| {}).unwrap();
    assert_eq!((plan.communities, plan.topics), (3, 5));
    let by_community: Vec<u64> = plan.by_community.into_values().collect();
    assert_eq!(by_community, [2, 2, 1]);
    let further: Vec<_> = plan
        .further_communities
        .iter()
        .map(|(group_id, further)| (&**group_id, &*further.of, further.number))
        .collect();
    assert_eq!(
        further,
        [
            ("@TGS#_riverside-2", GROUP, 2),
            ("@TGS#_riverside-3", GROUP, 3)
        ]
    );
}

/// Loads rows that are spread, and says how many of them each community has by the journal.
fn load_spread<L: Loading>(loading: L, rows: &[String]) -> (L::Journal, Vec<(String, u64)>) {
    let text = lines(rows.iter().cloned());
    let (input, settings) = (jsonl_input(&text), settings(2, TopicIds::Derived));
    let (report, loading) = load(loading, &input, &settings, |_| {}).unwrap();
    assert_eq!(report.problems, []);
    let identity = identity(&input, report.fingerprint, &settings);
    let journal = loading.unwrap().finish(&identity).unwrap();
    let communities = wait(journal.communities(10)).unwrap();
    let mut counted: Vec<_> = communities
        .listed
        .into_iter()
        .map(|community| (community.group_id.unwrap(), community.rows.iter().sum()))
        .collect();
    counted.sort();
    (journal, counted)
}

fn five() -> Vec<String> {
    let rows = (0..5).map(|number| named_in(GROUP, &number.to_string(), Some(number)));
    rows.collect()
}

fn five_spread() -> Vec<(String, u64)> {
    let further = |suffix: &str| format!("{GROUP}{suffix}");
    vec![(further(""), 2), (further("-2"), 2), (further("-3"), 1)]
}

#[test]
fn a_journal_has_rows_in_the_community_that_they_go_into_and_its_map_is_one_for_the_next_run() {
    let file = JournalFile::new();
    let loading = SqliteJournal::create(&file.path()).unwrap();
    let (journal, counted) = load_spread(loading, &five());
    assert_eq!(counted, five_spread());

    let directory = tempfile::tempdir().unwrap();
    let stored = wait(read_rows(&journal, &Outcome::ALL, Order::Input));
    for format in [RowFormat::Jsonl, RowFormat::Csv] {
        let path = directory.path().join(format!("{format:?}"));
        let mut map = RowMap::new(File::create(&path).unwrap(), format).unwrap();
        for row in &stored {
            map.write(&ReportedRow::try_from(row.clone()).unwrap())
                .unwrap();
        }
        map.finish().unwrap();
        let mut settings = settings(2, TopicIds::Derived);
        settings.spread.as_mut().unwrap().placed = Some(Placed::file(&path, format).unwrap());
        // By itself, the first row would move what comes after it.
        let mut rows = five();
        rows.push(named_in(GROUP, "before", Some(0)));
        let (requests, _) = spread(&rows, &settings);
        assert_eq!(
            by_community(&requests),
            owned(&[
                (GROUP, &["0", "1"]),
                ("@TGS#_riverside-2", &["2", "3"]),
                ("@TGS#_riverside-3", &["4", "before"]),
            ])
        );
    }
}

#[cfg(feature = "postgres")]
#[test]
fn a_run_in_a_database_has_rows_in_the_community_that_they_go_into() {
    let run = crate::postgres::Run::new();
    let (_journal, counted) = load_spread(run.create(), &five());
    assert_eq!(counted, five_spread());
}

#[test]
fn a_run_that_was_spread_is_another_than_one_that_was_not() {
    let file = JournalFile::new();
    let loading = SqliteJournal::create(&file.path()).unwrap();
    let (journal, _) = load_spread(loading, &five());
    let text = lines(five());
    let (input, settings) = (jsonl_input(&text), settings(2, TopicIds::Derived));
    let fingerprint = input.fingerprint().unwrap();
    let plain = identity(&input, fingerprint, &CheckSettings::default());
    let spread = identity(&input, fingerprint, &settings);
    wait(journal.belongs_to(&spread)).unwrap();
    let error = wait(journal.belongs_to(&plain)).unwrap_err().to_string();
    let what = "what is beyond a community's limit was spread over further communities, and is refused now";
    assert!(error.ends_with(what), "{error}");
}

/// A topic of one of two communities, with an ID or without one, in whichever order of rows.
fn topics() -> impl Strategy<Value = Vec<String>> {
    let topic = (0..2_u8, any::<bool>(), 0..12_u8, prop::option::of(0..4_u32));
    let topics = prop::collection::vec(topic, 0..60);
    topics.prop_map(|topics| {
        let mut ids = std::collections::BTreeSet::new();
        let topics = topics.into_iter();
        topics
            .filter(|(group, is_named, content, _)| !is_named || ids.insert((*group, *content)))
            .map(|(group, is_named, content, created)| {
                let group_id = ["@TGS#_a", "@TGS#_b"][usize::from(group)];
                if is_named {
                    named_in(group_id, &content.to_string(), created)
                } else {
                    unnamed(&content.to_string(), created).replace(GROUP, group_id)
                }
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn places_do_not_depend_on_the_order_of_rows(
        (rows, other) in topics().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        limit in 1..9_u64,
    ) {
        let settings = settings(limit, TopicIds::Derived);
        let (requests, report) = spread(&rows, &settings);
        prop_assert_eq!(&report.problems, &[]);
        prop_assert_eq!(requests.len(), rows.len());
        for topics in by_community(&requests).values() {
            prop_assert!(topics.len() as u64 <= limit);
        }
        prop_assert_eq!(spread(&other, &settings).0, requests);
    }

    #[test]
    fn a_delta_leaves_what_is_placed_where_it_is(
        (rows, kept) in topics().prop_flat_map(|rows| {
            let most = rows.len();
            (Just(rows.clone()).prop_shuffle(), 0..=most)
        }),
        limit in 1..9_u64,
    ) {
        let mut settings = settings(limit, TopicIds::Derived);
        let before = by_community(&spread(&rows[..kept], &settings).0);
        let (_directory, placed) = map_of(&before);
        settings.spread.as_mut().unwrap().placed = Some(placed);
        let (requests, report) = spread(&rows, &settings);
        prop_assert_eq!(&report.problems, &[]);
        prop_assert_eq!(requests.len(), rows.len());
        let after = by_community(&requests);
        for (group_id, topics) in &before {
            for topic in topics {
                prop_assert!(after[group_id].contains(topic), "{} of {}", topic, group_id);
            }
        }
        for topics in after.values() {
            prop_assert!(topics.len() as u64 <= limit);
        }
    }
}
