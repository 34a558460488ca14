//! What importing an input would come to.

use std::num::NonZeroU32;

use topic_import_bulk::Outcome;
use topic_import_bulk::check::{CheckReport, CheckSettings, Plan, TopicIds, plan};
use topic_import_bulk::input::{Input, RowSettings};
use topic_import_bulk::journal::Order;

use crate::support::{
    GROUP, JournalFile, Trial, json_row, jsonl_input, lines, named_row, read_rows, wait,
};

fn plan_of(input: &Input, rate: Option<NonZeroU32>) -> (CheckReport, Plan) {
    let (report, plan, _) = plan(input, &CheckSettings::default(), rate, |_| {}).unwrap();
    (report, plan)
}

#[test]
fn a_plan_is_what_a_run_then_does() {
    let rows = (0..99).map(|row| json_row(&format!("\"Introduction\":\"{}\"", row % 50)));
    let other = "{\"GroupId\":\"@TGS#_other\",\"TopicName\":\"y\"}".to_owned();
    let input = jsonl_input(&lines(rows.chain([other])));
    let (checked, plan) = plan_of(&input, NonZeroU32::new(200));
    assert_eq!(checked.problems, []);
    assert_eq!((plan.rows, plan.invalid), (100, 0));
    assert_eq!((plan.communities, plan.topics, plan.calls), (2, 100, 100));
    assert_eq!(plan.by_community[GROUP], 99);
    assert_eq!(plan.seconds, Some(100.0 / 198.0));

    let trial = Trial::new().deriving_topic_ids();
    let ran = trial.import_input(&input);
    assert_eq!(ran.end.summary.calls, plan.calls);
    let topics = trial.emulator.state().topics();
    assert_eq!(topics.len() as u64, plan.topics);
    let journal = JournalFile::new().load(&input, TopicIds::Derived);
    let rows = wait(read_rows(&journal, &Outcome::ALL, Order::Input));
    let bytes = rows
        .iter()
        .map(|row| row.request.as_ref().unwrap().len() as u64);
    assert_eq!(bytes.sum::<u64>(), plan.bytes);
}

#[test]
fn names_that_do_not_fit_are_counted_before_and_after_they_are_shortened() {
    let long = "x".repeat(31);
    let text = format!(
        "[{{\"id\":\"C1\",\"name\":\"{long}\"}},{{\"id\":\"C2\",\"name\":\"{long}!\"}},{{\"id\":\"C3\",\"name\":\"ok\"}},{{\"is_im\":true}}]"
    );
    let mut settings = RowSettings::default();
    settings.group_id = Some(GROUP.parse().unwrap());
    let planned = |settings: &RowSettings| {
        let format = crate::support::export("slack");
        let input = Input::bytes(text.as_bytes(), format, settings.clone());
        plan_of(&input, None).1
    };
    let before = planned(&settings);
    assert_eq!((before.rows, before.invalid, before.topics), (3, 2, 1));
    assert_eq!((before.names_too_long, before.names_shortened), (2, 0));
    settings.fit = true;
    let after = planned(&settings);
    assert_eq!((after.rows, after.invalid, after.topics), (3, 0, 3));
    assert_eq!((after.names_too_long, after.names_shortened), (0, 2));
    assert_eq!(
        serde_json::to_value(&after).unwrap()["left_out"],
        serde_json::json!({"direct": 1})
    );
    assert_eq!(after.seconds, None);
}

#[test]
fn what_a_community_does_not_take_is_told_apart_from_its_topics() {
    let other = |number: u32| named_row(number).replace(GROUP, "@TGS#_other");
    let text = lines((0..203).map(named_row).chain((0..200).map(other)));
    let input = jsonl_input(&text);
    let (_, plan) = plan_of(&input, None);
    assert_eq!((plan.rows, plan.invalid, plan.topics), (403, 3, 400));
    assert_eq!(
        (plan.by_community[GROUP], plan.by_community["@TGS#_other"]),
        (200, 200)
    );
    let over: Vec<_> = plan.over_limit.into_iter().collect();
    assert_eq!(over, [(GROUP.to_owned(), 3)]);
}
