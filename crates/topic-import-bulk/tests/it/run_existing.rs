//! Topics that are there already.

use topic_import_bulk::Outcome;

use crate::support::{Trial, json_row, lines, named_row, topic_id, unnamed_row};

fn full_row(introduction: &str, create_time: u32) -> String {
    json_row(&format!(
        r#""TopicId":"{}","Introduction":"{introduction}","CreateTime":{create_time},"From_Account":7"#,
        topic_id("a")
    ))
}

#[test]
fn the_same_rows_again_are_existing_and_change_nothing() {
    let trial = Trial::new();
    let text = lines([full_row("水", 1_448_357_837), named_row("b")]);
    assert_eq!(trial.import(&text).counts(), [("imported", 2)]);
    let before = trial.emulator.state().topics();
    let again = trial.import(&text);
    assert_eq!(again.counts(), [("existing", 2)]);
    assert_eq!(again.by_code(), []);
    assert!(again.failures.is_empty() && again.end.stopped.is_none());
    let after = trial.emulator.state().topics();
    assert_eq!(after[0].profile, before[0].profile);
    assert_eq!(after.len(), 2);
}

#[test]
fn another_topic_under_the_id_is_a_conflict_that_names_every_differing_field() {
    let trial = Trial::new();
    trial.import(&lines([full_row("old", 1_448_357_837)]));
    let ran = trial.import(&lines([full_row("new", 1_448_357_838), named_row("b")]));
    assert_eq!(ran.counts(), [("imported", 1), ("conflict", 1)]);
    assert_eq!(ran.by_code(), [(10021, 1)]);
    let expected = "the ID is taken: @TGS#_riverside@TOPIC#_a exists with different content: \
                    Introduction is \"old\", not \"new\", CreateTime is \"1448357837\", not \"1448357838\"; \
                    choose another ID, or send the content that is already there";
    assert_eq!(ran.failures, [(1, Outcome::Conflict, expected.into())]);
    let kept = trial.emulator.state().topic(&topic_id("a")).unwrap();
    assert_eq!(kept.profile.introduction.as_deref(), Some("old"));
}

#[test]
fn equal_rows_without_an_id_are_as_many_topics_and_again_the_same_ones() {
    let trial = Trial::new().deriving_topic_ids();
    let other = json_row(r#""Introduction":"another""#);
    let rows = [unnamed_row(), other, unnamed_row(), unnamed_row()];
    assert_eq!(
        trial.import(&lines(rows.clone())).counts(),
        [("imported", 4)]
    );
    let ids = |trial: &Trial| -> Vec<String> {
        let topics = trial.emulator.state().topics().into_iter();
        topics.map(|topic| topic.topic_id).collect()
    };
    let before = ids(&trial);
    let numbered = |end: &str| before.iter().filter(|id| id.ends_with(end)).count();
    assert_eq!((before.len(), numbered("-2"), numbered("-3")), (4, 1, 1));

    let [first, other, second, third] = rows;
    let in_another_order = [third, second, other, first];
    assert_eq!(
        trial.import(&lines(in_another_order)).counts(),
        [("existing", 4)]
    );
    assert_eq!(ids(&trial), before);
}
