//! What APIs answer beside their lists: that more pages follow, or that they failed. All content is made up.

use std::slice;

use serde_json::{Value, json};
use topic_import_bulk::check::{CheckReport, check};
use topic_import_bulk::input::{Format, Input, Mappings, RowSettings};

use crate::support::{GROUP, export};

fn settings() -> RowSettings {
    let mut settings = RowSettings::default();
    settings.group_id = Some(GROUP.parse().unwrap());
    settings
}

fn mapped(format: Format, answers: &[Value]) -> CheckReport {
    let mut settings = settings();
    settings.mappings = Mappings::new(["TopicName=.name".parse().unwrap()]).unwrap();
    let lines: Vec<String> = answers.iter().map(ToString::to_string).collect();
    let text = lines.join("\n");
    check(&Input::bytes(text.as_bytes(), format, settings)).unwrap()
}

fn of_source(source: &str, answer: &Value) -> CheckReport {
    check(&Input::bytes(
        answer.to_string().as_bytes(),
        export(source),
        settings(),
    ))
    .unwrap()
}

#[test]
fn pages_that_follow_are_said_whatever_they_are_called() {
    let rows = json!([{"name": "a"}, {"name": "b"}]);
    for first in [
        json!({"result": {"list": rows, "next_cursor": 5, "has_more": true}, "errcode": 0}),
        json!({"data": {"items": rows, "page_token": "x", "has_more": true}, "code": 0}),
        json!({"data": {"rooms": {"nodes": rows, "pageInfo": {"hasNextPage": true, "endCursor": "x"}}}}),
        json!({"current_page": 1, "data": rows, "last_page": 5, "next_page_url": "https://example.com", "per_page": 2, "total": 9}),
        json!({"content": rows, "last": false, "totalPages": 5, "number": 0, "totalElements": 9}),
        json!({"_embedded": {"rooms": rows}, "_links": {"self": {"href": "/a"}, "next": {"href": "/b"}}}),
        json!({"value": rows, "nextLink": "https://example.com"}),
        json!({"items": rows, "continuationToken": "x"}),
        json!({"values": rows, "isLast": false, "startAt": 0, "maxResults": 2}),
        json!({"data": rows, "links": {"next": "https://example.com"}}),
        json!({"page": 1, "per_page": 2, "total": 9, "rooms": rows}),
        json!({"pageIndex": 1, "pageSize": 2, "totalCount": 9, "list": rows}),
        json!({"rooms": rows, "total_count": 3}),
    ] {
        let report = mapped(Format::Json, slice::from_ref(&first));
        assert_eq!((report.rows, report.problems_total), (2, 0), "{first}");
        assert!(report.has_more_pages, "{first}");
    }
    for whole in [
        vec![json!({"data": {"items": rows, "page_token": "x", "has_more": false}})],
        vec![json!({"rooms": rows, "total_count": 2})],
        vec![
            json!({"page": 1, "total": 4, "rooms": rows}),
            json!({"page": 2, "total": 4, "rooms": rows}),
        ],
        vec![
            json!({"content": rows, "last": false}),
            json!({"content": rows, "last": true}),
        ],
        vec![json!({"data": rows, "links": {"next": null, "self": "/a"}})],
        vec![json!({"rooms": rows, "author": {"next": "x", "total": 9}})],
    ] {
        assert!(!mapped(Format::Json, &whole).has_more_pages, "{whole:?}");
    }
    let mattermost = json!({"channels": [{"id": "c", "team_id": "t", "type": "O", "name": "a", "display_name": "A"}], "total_count": 120});
    assert!(of_source("mattermost", &mattermost).has_more_pages);
    let yunxin =
        json!({"code": 200, "data": {"hasMore": true, "datas": [{"channelId": 1, "name": "A"}]}});
    assert!(of_source("yunxin", &yunxin).has_more_pages);
}

#[test]
fn a_page_that_is_missing_before_the_last_one_is_said() {
    let rocketchat = |ids: &[&str], offset: usize| {
        let rooms = ids
            .iter()
            .map(|id| json!({"_id": id, "t": "c", "name": id}));
        let rooms: Vec<Value> = rooms.collect();
        json!({"channels": rooms, "offset": offset, "count": ids.len(), "total": 5, "success": true}).to_string()
    };
    let rocketchat: [String; 3] = [
        rocketchat(&["a", "b"], 0),
        rocketchat(&["c", "d"], 2),
        rocketchat(&["e"], 4),
    ];
    let cometchat = |page: usize| {
        let guid = format!("g-{page}");
        let pagination =
            json!({"total": 2, "count": 1, "per_page": 1, "current_page": page, "total_pages": 2});
        json!({"data": [{"guid": guid, "name": "B", "type": "public"}], "meta": {"pagination": pagination}}).to_string()
    };
    let cometchat = [cometchat(1), cometchat(2)];
    let synapse = |id: &str| json!({"room_id": id, "name": "B", "joined_members": 3});
    let synapse = [
        json!({"rooms": [synapse("!a:x")], "offset": 0, "total_rooms": 2, "next_batch": 1})
            .to_string(),
        json!({"rooms": [synapse("!b:x")], "offset": 1, "total_rooms": 2, "prev_batch": 0})
            .to_string(),
    ];
    let public = |id: &str| json!({"room_id": id, "name": "B", "num_joined_members": 3});
    let public = [
        json!({"chunk": [public("!a:x")], "next_batch": "n1", "total_room_count_estimate": 115})
            .to_string(),
        json!({"chunk": [public("!b:x")], "prev_batch": "p1", "total_room_count_estimate": 115})
            .to_string(),
    ];
    let cases: [(&str, &[String]); 4] = [
        ("rocketchat", &rocketchat),
        ("cometchat", &cometchat),
        ("matrix", &synapse),
        ("matrix", &public),
    ];
    for (source, pages) in cases {
        let has_more = |pages: &[&String]| {
            let text = pages.iter().map(|page| page.as_str());
            let text = text.collect::<Vec<_>>().join("\n");
            let input = Input::bytes(text.as_bytes(), export(source), settings());
            let report = check(&input).unwrap();
            assert_eq!(report.problems_total, 0, "{source}: {:?}", report.problems);
            report.has_more_pages
        };
        let all: Vec<&String> = pages.iter().collect();
        assert!(!has_more(&all), "{source}");
        for missing in 0..all.len() {
            let mut some = all.clone();
            some.remove(missing);
            assert!(has_more(&some), "{source}: without {missing}");
        }
    }
}

#[test]
fn a_failed_answer_is_shown_whatever_it_calls_its_failure() {
    for (answer, shown) in [
        (
            json!({"code": 99_991_663, "msg": "Invalid access token"}),
            "code: 99991663",
        ),
        (
            json!({"errors": [{"message": "Not authorised"}], "data": null}),
            "message: \"Not authorised\"",
        ),
        (
            json!({"errors": [{"status": "401", "title": "Unauthorized"}]}),
            "title: \"Unauthorized\"",
        ),
        (
            json!({"title": "Unauthorized", "status": 401, "detail": "expired"}),
            "detail: \"expired\"",
        ),
        (
            json!({"__type": "AccessDeniedException", "Message": "no"}),
            "Message: \"no\"",
        ),
        (
            json!({"errcode": 40014, "errmsg": "invalid"}),
            "errcode: 40014, errmsg: \"invalid\"",
        ),
        (
            json!({"status": "fail", "reason": "token"}),
            "reason: \"token\"",
        ),
    ] {
        // It looks like a row, in which nothing is where it should be.
        for format in [Format::Jsonl, Format::Json] {
            let report = mapped(format, slice::from_ref(&answer));
            let words: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
            assert!(words.iter().any(|words| words.contains(shown)), "{words:?}");
        }
    }
}

#[test]
fn the_failed_answers_of_every_system_are_shown() {
    for (source, answer, shown) in [
        (
            "slack",
            json!({"ok": false, "error": "missing_scope"}),
            "missing_scope",
        ),
        (
            "discord",
            json!({"message": "401: Unauthorized", "code": 0}),
            "401: Unauthorized",
        ),
        (
            "mattermost",
            json!({"id": "api.context.session_expired.app_error", "message": "Invalid or expired session", "status_code": 401}),
            "Invalid or expired session",
        ),
        (
            "zulip",
            json!({"result": "error", "msg": "Invalid API key"}),
            "Invalid API key",
        ),
        (
            "rocketchat",
            json!({"status": "error", "message": "You must be logged in"}),
            "You must be logged in",
        ),
        (
            "matrix",
            json!({"errcode": "M_FORBIDDEN", "error": "no"}),
            "M_FORBIDDEN",
        ),
        (
            "teams",
            json!({"error": {"code": "InvalidAuthenticationToken"}}),
            "InvalidAuthenticationToken",
        ),
        (
            "gchat",
            json!({"error": {"status": "PERMISSION_DENIED"}}),
            "PERMISSION_DENIED",
        ),
        (
            "sendbird",
            json!({"error": true, "code": 400_401, "message": "Invalid value"}),
            "Invalid value",
        ),
        (
            "stream",
            json!({"code": 5, "message": "no such token", "StatusCode": 401}),
            "no such token",
        ),
        (
            "cometchat",
            json!({"error": {"code": "AUTH_ERR"}}),
            "AUTH_ERR",
        ),
        (
            "easemob",
            json!({"error": "auth_bad_access_token"}),
            "auth_bad_access_token",
        ),
        (
            "yunxin",
            json!({"code": 414, "desc": "parameter error"}),
            "parameter error",
        ),
        (
            "tencent",
            json!({"ActionStatus": "FAIL", "ErrorInfo": "no permission"}),
            "no permission",
        ),
        (
            "telegram",
            json!({"ok": false, "description": "x", "error_code": 401}),
            "401",
        ),
    ] {
        let report = of_source(source, &answer);
        let words: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert!(
            words.iter().any(|words| words.contains(shown)),
            "{source}: {words:?}"
        );
    }
}

#[test]
fn what_is_empty_is_no_problem_and_has_no_rows() {
    for (source, answer) in [
        ("slack", json!([])),
        ("slack", json!({"ok": true, "channels": []})),
        (
            "discord",
            json!({"id": "6", "name": "Riverside", "channels": []}),
        ),
        (
            "rocketchat",
            json!({"channels": [], "offset": 0, "count": 0, "total": 0, "success": true}),
        ),
        ("matrix", json!({"chunk": []})),
        ("stream", json!({"channels": []})),
        (
            "easemob",
            json!({"code": 200, "count": 0, "channels": [], "cursor": null}),
        ),
        ("tencent", json!({"ErrorCode": 0, "TopicAndSelfInfo": []})),
        ("telegram", json!({"name": "Club", "messages": []})),
    ] {
        let report = of_source(source, &answer);
        assert_eq!(
            (report.rows, report.problems_total, report.has_more_pages),
            (0, 0, false),
            "{source}"
        );
    }
    for nothing in [json!({}), json!({"channels": null})] {
        assert_eq!(of_source("slack", &nothing).problems_total, 1, "{nothing}");
    }
}

#[test]
fn null_in_place_of_a_list_is_an_empty_page_unless_the_answer_tells_of_a_failure() {
    let page = |name: &str| json!({"errCode": 0, "errMsg": "", "data": {"total": 1, "groups": [{"name": name}]}});
    let null = json!({"errCode": 0, "errMsg": "", "data": {"total": 1, "groups": null}});
    let expired = json!({"errCode": 1501, "errMsg": "TokenExpired", "data": {"groups": null}});
    for rows_at in [None, Some(".data.groups")] {
        let mut settings = settings();
        settings.mappings = Mappings::new(["TopicName=.name".parse().unwrap()]).unwrap();
        settings.rows_at = rows_at.map(|place| place.parse().unwrap());
        let report = |answers: &[&Value]| {
            let text: String = answers.iter().map(ToString::to_string).collect();
            let input = Input::bytes(text.into_bytes(), Format::Json, settings.clone());
            check(&input).unwrap()
        };
        let both = report(&[&page("a"), &null]);
        assert_eq!(
            (both.rows, both.problems_total, both.has_more_pages),
            (1, 0, false)
        );
        let alone = report(&[&null]);
        assert_eq!((alone.rows, alone.problems_total), (0, 0));
        let failed = report(&[&expired]);
        assert!(
            failed.problems[0].to_string().contains("TokenExpired"),
            "{rows_at:?}"
        );
    }
    for answer in [
        json!({"ok": true, "channels": null}),
        json!({"channels": null, "total": 0}),
    ] {
        assert_eq!(of_source("slack", &answer).problems_total, 0, "{answer}");
    }
    assert_eq!(
        of_source("slack", &json!({"ok": false, "channels": null})).problems_total,
        1
    );
}

#[test]
fn a_list_of_answers_is_read_where_the_place_of_the_rows_is_named() {
    let mut settings = settings();
    settings.mappings = Mappings::new(["TopicName=.name".parse().unwrap()]).unwrap();
    settings.rows_at = Some(".rooms".parse().unwrap());
    let text = r#"[{"rooms":[{"name":"a"}]},{"rooms":[{"name":"b"}]}]"#;
    let input = Input::bytes(text.as_bytes(), Format::Json, settings);
    let report = check(&input).unwrap();
    assert_eq!((report.rows, report.problems_total), (2, 0));
}

#[test]
fn a_list_within_an_error_is_not_taken_for_the_rows() {
    let answer = json!({"status": 403, "error": {"message": "Not authorized", "details": [{"message": "x"}]}});
    for format in [Format::Json, Format::Jsonl] {
        let report = mapped(format, slice::from_ref(&answer));
        let words = report.problems[0].to_string();
        assert!(words.contains("message: \"Not authorized\""), "{words}");
        assert!(!words.contains("\"x\""), "{words}");
    }
}
