//! What is found before an import: the account, and the communities that rows name.

use std::future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use topic_import_bulk::calls::{CallSettings, StopReason, WorkProgress};
use topic_import_bulk::check::{CheckSettings, NamedCommunity, check_each};
use topic_import_bulk::preflight::{CommunityFault, CommunityProblem, Preflight};
use topic_import_core::Rate;
use topic_import_emulator::{Builder, Community, Emulator};

use crate::service::{Request, answering};
use crate::support::{Trial, jsonl_input, lines, runtime};

fn row(group_id: &str) -> String {
    format!(r#"{{"GroupId":"{group_id}","TopicName":"x"}}"#)
}

/// What these rows name.
fn named(rows: impl IntoIterator<Item = String>) -> Vec<NamedCommunity> {
    let text = lines(rows);
    let report = check_each(&jsonl_input(&text), &CheckSettings::default(), |_| {}).unwrap();
    assert_eq!(report.problems, []);
    report.communities
}

/// One row of each of so many communities.
fn one_each(count: u32) -> Vec<NamedCommunity> {
    named((0..count).map(|number| row(&format!("@TGS#_{number}"))))
}

/// An emulator that knows these communities, and no others.
fn only(group_ids: &[&str]) -> Builder {
    let builder = Emulator::builder().only_listed_communities();
    group_ids.iter().fold(builder, |builder, group_id| {
        builder.community(group_id, Community::Normal)
    })
}

fn preflight(trial: &Trial, communities: &[NamedCommunity]) -> Preflight {
    preflight_until(trial, communities, future::pending())
}

fn preflight_until(
    trial: &Trial,
    communities: &[NamedCommunity],
    stop: impl Future<Output = ()>,
) -> Preflight {
    let mut settings = CallSettings::default();
    settings.give_up_after = trial.settings.calls.give_up_after;
    settings.drain_for = trial.settings.calls.drain_for;
    let progress = Arc::new(WorkProgress::default());
    let client = trial.client();
    let run =
        topic_import_bulk::preflight::preflight(&client, communities, &settings, &progress, stop);
    // What is left of a call that was taken back is gone with the runtime.
    runtime().block_on(run)
}

/// Each problem: the community, its rows, the first lines, and what is wrong.
fn problems(preflight: &Preflight) -> Vec<(&str, u64, &[u64], String)> {
    let problems = preflight.problems.iter();
    problems
        .map(|problem| {
            let CommunityProblem {
                community, fault, ..
            } = problem;
            (
                community.group_id.as_str(),
                community.rows,
                &*community.first_lines,
                fault.to_string(),
            )
        })
        .collect()
}

#[track_caller]
fn assert_passed(found: &Preflight) {
    assert!(found.stopped.is_none(), "{:?}", found.stopped);
    assert_eq!(problems(found), []);
    assert!(found.is_passed());
}

const MISSING: &str = "the group does not exist or has been deleted: \
    create the community first, with SupportTopic 1 (import_group), or correct GroupId";

#[test]
fn communities_are_looked_up_in_lists_of_fifty() {
    let trial = Trial::new();
    let found = preflight(&trial, &one_each(120));
    assert_passed(&found);
    assert_eq!((found.communities, found.calls, trial.calls()), (120, 3, 3));
}

#[test]
fn without_communities_one_call_tries_the_account() {
    for builder in [Emulator::builder(), only(&[])] {
        let trial = Trial::of(builder);
        let found = preflight(&trial, &[]);
        assert_passed(&found);
        assert_eq!((found.communities, found.calls, trial.calls()), (0, 1, 1));
    }
}

#[test]
fn what_is_not_there_is_named_with_its_rows_and_their_first_lines() {
    let trial = Trial::of(only(&["@TGS#_a"]));
    let rows = ["gone", "a", "gone", "gone", "never", "gone"];
    let found = preflight(
        &trial,
        &named(rows.map(|group_id| row(&format!("@TGS#_{group_id}")))),
    );
    assert_eq!(
        problems(&found),
        [
            ("@TGS#_gone", 4, &[1, 3, 4][..], MISSING.to_owned()),
            ("@TGS#_never", 1, &[5], MISSING.to_owned()),
        ]
    );
    assert!(!found.is_passed() && found.stopped.is_none());
    assert_eq!((found.communities, found.calls), (3, 1));
}

#[test]
fn all_problems_come_in_the_order_of_the_input_whichever_list_they_are_in() {
    let trial = Trial::of(only(&["@TGS#_60"]));
    let found = preflight(&trial, &one_each(130));
    let lines: Vec<u64> = problems(&found)
        .iter()
        .map(|problem| problem.2[0])
        .collect();
    let expected: Vec<u64> = (1..=130).filter(|line| *line != 61).collect();
    assert_eq!(lines, expected);
    assert_eq!(found.communities, 130);
}

#[test]
fn a_wrong_key_ends_it_with_the_first_call() {
    let trial = Trial::new().signing_with("another key");
    for communities in [Vec::new(), one_each(500)] {
        let found = preflight(&trial, &communities);
        let Some(StopReason::EveryCallFails(error)) = &found.stopped else {
            panic!("{found:?}");
        };
        assert_eq!(error.code().map(topic_import_core::Code::get), Some(70009));
        assert_eq!((found.communities, found.calls), (0, 1));
        assert!(found.problems.is_empty());
    }
}

#[test]
fn a_community_that_could_not_be_asked_for_is_asked_for_again() {
    let trial = Trial::with_faults("get_group_info:item10002@1-2");
    let found = preflight(&trial, &one_each(3));
    assert_passed(&found);
    assert_eq!((found.communities, found.calls), (3, 3));
}

#[test]
fn a_list_that_is_refused_is_asked_for_in_halves() {
    let trial = Trial::with_faults("get_group_info:code10004@1");
    let found = preflight(&trial, &one_each(5));
    assert_passed(&found);
    assert_eq!((found.communities, found.calls), (5, 3));
}

#[test]
fn an_envelope_that_says_so_is_a_community_that_is_not_there() {
    for code in [10010, 10015] {
        let trial = Trial::with_faults(&format!("get_group_info:code{code}@1"));
        let found = preflight(&trial, &one_each(1));
        let problems = problems(&found);
        assert_eq!(problems, [("@TGS#_0", 1, &[1][..], MISSING.to_owned())]);
    }
}

#[test]
fn a_refusal_that_concerns_no_account_lets_a_call_for_the_account_alone_pass() {
    let trial = Trial::with_faults("code10010@1");
    let found = preflight(&trial, &[]);
    assert_passed(&found);
}

#[test]
fn a_community_that_is_refused_by_itself_is_not_called_missing() {
    let trial = Trial::with_faults("get_group_info:code10007@1");
    let found = preflight(&trial, &one_each(1));
    let [problem] = &found.problems[..] else {
        panic!("{found:?}");
    };
    let CommunityFault::NotKnown(error) = &problem.fault else {
        panic!("{problem:?}");
    };
    assert_eq!(error.code().map(topic_import_core::Code::get), Some(10007));
    let said = problem.fault.to_string();
    assert!(said.starts_with("could not be looked up: "), "{said}");
}

/// Shows each community as its ID says.
fn as_named(request: &Request) -> String {
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    let ids = body["GroupIdList"].as_array().unwrap().iter();
    let items: Vec<String> = ids
        .map(|id| {
            let fields = match id.as_str().unwrap() {
                "@TGS#_public" => r#","ErrorCode":0,"Type":"Public""#,
                "@TGS#_plain" => r#","ErrorCode":0,"Type":"Community","SupportTopic":0"#,
                "@TGS#_busy" => r#","ErrorCode":10002"#,
                _ => r#","ErrorCode":0,"Type":"Community","SupportTopic":1"#,
            };
            format!(r#"{{"GroupId":{id}{fields}}}"#)
        })
        .collect();
    format!(
        r#"{{"ActionStatus":"OK","ErrorCode":0,"GroupInfo":[{}]}}"#,
        items.join(",")
    )
}

fn showing(group_ids: &[&str]) -> Preflight {
    let address: SocketAddr = answering(as_named);
    let trial = Trial::new()
        .giving_up_after(Duration::from_millis(300))
        .at(address);
    let rows = group_ids.iter().map(|group_id| row(group_id));
    preflight(&trial, &named(rows))
}

#[test]
fn what_is_no_community_or_takes_no_topics_is_a_problem() {
    let found = showing(&["@TGS#_a", "@TGS#_public", "@TGS#_plain"]);
    let said: Vec<String> = problems(&found)
        .into_iter()
        .map(|(group_id, _, _, fault)| format!("{group_id}: {fault}"))
        .collect();
    assert_eq!(
        said[0],
        "@TGS#_public: the group is of type Public, and only a community has topics: correct GroupId"
    );
    assert!(
        said[1].starts_with("@TGS#_plain: the group does not support topics: "),
        "{said:?}"
    );
    assert_eq!(said.len(), 2);
}

#[test]
fn one_community_that_never_can_be_asked_for_spoils_no_other_and_is_not_called_missing() {
    let found = showing(&["@TGS#_a", "@TGS#_public", "@TGS#_busy", "@TGS#_b"]);
    let [public, busy] = &found.problems[..] else {
        panic!("{found:?}");
    };
    assert!(matches!(public.fault, CommunityFault::OtherType(_)));
    assert_eq!(busy.community.group_id.as_str(), "@TGS#_busy");
    let CommunityFault::NotKnown(error) = &busy.fault else {
        panic!("{busy:?}");
    };
    assert_eq!(error.code().map(topic_import_core::Code::get), Some(10002));
    assert_eq!(found.communities, 4);
}

#[test]
fn a_service_that_never_can_say_anything_is_given_up() {
    let trial = Trial::with_faults("get_group_info:code10002@1-")
        .giving_up_after(Duration::from_millis(300));
    let found = preflight(&trial, &one_each(130));
    assert!(
        matches!(found.stopped, Some(StopReason::GaveUp(_))),
        "{found:?}"
    );
    assert!(found.problems.is_empty(), "{found:?}");
}

#[test]
fn a_service_that_is_not_there_is_given_up() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let trial = Trial::new()
        .giving_up_after(Duration::from_millis(300))
        .at(address);
    let found = preflight(&trial, &one_each(3));
    assert!(
        matches!(found.stopped, Some(StopReason::GaveUp(_))),
        "{found:?}"
    );
}

#[test]
fn it_stops_when_it_is_asked_to() {
    let trial =
        Trial::with_faults("get_group_info:delay-60s@2-").draining_for(Duration::from_millis(100));
    let found = preflight_until(&trial, &one_each(130), trial.called());
    assert!(
        matches!(found.stopped, Some(StopReason::Interrupted)),
        "{found:?}"
    );
    assert!(found.communities < 130);
}

#[test]
fn lists_are_asked_for_within_the_quota() {
    let trial = Trial::new();
    let client = trial.client_with_quota(Rate::default());
    let communities = one_each(1000);
    let progress = Arc::new(WorkProgress::default());
    let settings = CallSettings::default();
    let run = topic_import_bulk::preflight::preflight(
        &client,
        &communities,
        &settings,
        &progress,
        future::pending(),
    );
    let found = runtime().block_on(run);
    assert_passed(&found);
    assert_eq!((found.communities, found.calls), (1000, 20));
}
