//! A service that fails for some rows, always, and not for others.

use std::time::Duration;

use crate::service::{Request, answering};
use crate::support::{GROUP, Trial, json_row, lines, topic_id};

const BAD: &str = "bad";

/// Answers 10002 to every row that is called bad, and imports the others.
fn picky(request: &Request) -> String {
    let body = &request.body;
    if body.contains(BAD) {
        return r#"{"ActionStatus":"FAIL","ErrorCode":10002,"ErrorInfo":""}"#.into();
    }
    let start = body.find(&format!("{GROUP}@TOPIC#_")).unwrap();
    let id = body[start..].split('"').next().unwrap();
    format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"TopicId":"{id}"}}"#)
}

#[test]
fn rows_that_always_fail_do_not_hold_up_the_others() {
    let row = |name: String| json_row(&format!(r#""TopicId":"{}""#, topic_id(name)));
    let good = |range: std::ops::Range<u32>| range.map(move |number| row(format!("good{number}")));
    let bad = (0..24).map(|number| row(format!("{BAD}{number}")));
    let rows: Vec<String> = good(0..1).chain(bad).chain(good(1..100)).collect();
    let trial = Trial::new()
        .at(answering(picky))
        .paced()
        .giving_up_after(Duration::from_secs(6));
    let ran = trial.import(&lines(rows));
    assert_eq!(ran.end.summary.imported, 100, "{:?}", ran.end.summary);
    assert_eq!(ran.end.summary.unknown + ran.end.summary.pending, 24);
}
