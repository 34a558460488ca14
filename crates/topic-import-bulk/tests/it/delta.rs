//! How an input differs from that of an earlier run.

use topic_import_bulk::Outcome;
use topic_import_bulk::check::{CheckSettings, Delta, Differing, TopicIds, delta, plan};
use topic_import_bulk::journal::{Journal, Record, Role, Usage};
use topic_import_core::KnownTopicId;

use crate::support::{
    JournalFile, json_row, jsonl_input, lines, named_row, topic_id, unnamed_row, wait,
};

/// A row with an ID, a name and an introduction.
fn row(id: &str, name: &str, introduction: &str) -> String {
    let id = topic_id(id);
    let fields = format!(r#""TopicId":"{id}","Introduction":"{introduction}""#);
    json_row(&fields).replace(r#""TopicName":"x""#, &format!(r#""TopicName":"{name}""#))
}

async fn compared(journal: &impl Journal, now: &str) -> Delta {
    let mut settings = CheckSettings::default();
    settings.topic_ids = TopicIds::Service;
    let (_, _, rows) = plan(&jsonl_input(now), &settings, None, |_| {}).unwrap();
    delta(&rows, journal).await.unwrap()
}

/// The ID, the earlier name and the name of each topic.
fn listed(differing: &Differing) -> Vec<(String, Option<&str>, Option<&str>)> {
    assert_eq!(differing.count, differing.first.len() as u64);
    let topics = differing.first.iter();
    topics
        .map(|topic| {
            let id = topic.topic_id.rsplit_once('_').unwrap().1.to_owned();
            (
                id,
                topic.earlier_name.as_deref(),
                topic.topic_name.as_deref(),
            )
        })
        .collect()
}

#[test]
fn topics_are_the_same_by_their_ids_whatever_has_changed() {
    let earlier = ["a", "b", "c", "d"].map(|id| row(id, id, "-"));
    let now = [
        row("e", "e", "-"),
        row("d", "d", "new"),
        row("b", "boathouse", "new"),
        row("a", "a", "-"),
        unnamed_row(),
    ];
    let file = JournalFile::new();
    let journal = file.load(&jsonl_input(&lines(earlier)), TopicIds::Service);
    let now = lines(now);
    wait(async {
        let delta = compared(&journal, &now).await;
        assert_eq!(listed(&delta.added), [("e".into(), None, Some("e"))]);
        let renamed = [("b".into(), Some("b"), Some("boathouse"))];
        assert_eq!(listed(&delta.renamed), renamed);
        assert_eq!(listed(&delta.changed), [("d".into(), Some("d"), Some("d"))]);
        assert_eq!(listed(&delta.gone), [("c".into(), Some("c"), None)]);
        assert_eq!((delta.unchanged, delta.unnamed), (1, 1));
        assert_eq!((delta.unchanged_there, delta.conflicts), (0, 0));

        // Once they are there, what has changed would be a conflict.
        journal.begin(Role::Import(&[])).await.unwrap();
        journal.claim(4).await.unwrap();
        let imported = [1, 2].map(|number| Record::new(number, Outcome::Imported));
        journal
            .record(imported.into(), Usage::default())
            .await
            .unwrap();
        let delta = compared(&journal, &now).await;
        assert_eq!((delta.unchanged_there, delta.conflicts), (1, 1));
    });
}

#[test]
fn an_id_that_the_service_gave_is_that_of_the_topic() {
    let file = JournalFile::new();
    let rows = lines([unnamed_row(), unnamed_row()]);
    let journal = file.load(&jsonl_input(&rows), TopicIds::Service);
    wait(async {
        journal.begin(Role::Import(&[])).await.unwrap();
        journal.claim(2).await.unwrap();
        let imported = [1, 2].map(|number| {
            let mut record = Record::new(number, Outcome::Imported);
            record.topic_id = Some(KnownTopicId::parse(topic_id(number)).unwrap());
            record
        });
        journal
            .record(imported.into(), Usage::default())
            .await
            .unwrap();
        let now = lines([named_row(1), row("2", "x", "new")]);
        let delta = compared(&journal, &now).await;
        assert_eq!((delta.unchanged, delta.changed.count), (1, 1));
        assert_eq!((delta.unchanged_there, delta.conflicts), (1, 1));
        assert_eq!(delta.gone.count + delta.added.count, 0);
    });
}
