//! What an answer of an API says beside its list: that it failed, or that more pages follow.

use jaq_json::Val;

use crate::input::jq::json::{as_text, member, to_json};
use crate::input::problem::excerpt;

/// The members in which answers say what went wrong.
const FAILURES: [&str; 13] = [
    "error",
    "errcode",
    "errmsg",
    "errMsg",
    "errorMessage",
    "error_description",
    "ErrorCode",
    "ErrorInfo",
    "message",
    "msg",
    "code",
    "errCode",
    "error_code",
];

/// The members that are not empty where more pages follow.
const CURSORS: [&str; 13] = [
    "next_cursor",
    "nextCursor",
    "cursor",
    "next",
    "next_batch",
    "next_page",
    "next_page_token",
    "nextPageToken",
    "next_token",
    "nextToken",
    "@odata.nextLink",
    "hasMore",
    "has_more",
];

/// The objects in which they may stand.
const HOLDERS: [&str; 8] = [
    "pageInfo",
    "response_metadata",
    "meta",
    "pagination",
    "paging",
    "cursors",
    "data",
    "links",
];

/// What an answer says of its failure: its members for that, as they stand there; `None` where there are none.
pub(crate) fn failure(says: &Val) -> Option<String> {
    let mut words = Vec::new();
    for holder in [Some(says), member(says, "error")].into_iter().flatten() {
        for name in FAILURES {
            let Some(value) = member(holder, name) else {
                continue;
            };
            if matches!(value, Val::Obj(_) | Val::Arr(_)) {
                continue;
            }
            let value = to_json(value).to_string();
            words.push(format!("{name}: {}", excerpt(&value)));
        }
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// Whether an answer says that it failed.
pub(crate) fn has_failed(says: &Val) -> bool {
    let is = |name: &str, word: &str| {
        let text = member(says, name).and_then(as_text);
        text.is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    let is_false = |name: &str| matches!(member(says, name), Some(Val::Bool(false)));
    is_false("ok")
        || is_false("success")
        || is("ActionStatus", "fail")
        || is("result", "error")
        || is("status", "error")
        || matches!(member(says, "error"), Some(Val::Bool(true)))
}

/// Whether an answer says that it has further pages; `None` where it does not speak of pages.
pub(crate) fn has_more(says: &Val) -> Option<bool> {
    let holders = HOLDERS.iter().filter_map(|name| member(says, name));
    let inner = holders.clone().flat_map(|holder| {
        let inner = HOLDERS.iter().filter_map(move |name| member(holder, name));
        inner.collect::<Vec<_>>()
    });
    let mut all = vec![says];
    all.extend(holders);
    all.extend(inner);
    let mut has_more = None;
    for holder in all {
        let is_object = matches!(holder, Val::Obj(_));
        for name in CURSORS.iter().filter(|_| is_object) {
            if let Some(more) = cursor(holder, name) {
                has_more = Some(has_more.unwrap_or(false) || more);
            }
        }
        if let Some(more) = is_before_the_end(holder) {
            has_more = Some(has_more.unwrap_or(false) || more);
        }
    }
    has_more
}

fn cursor(holder: &Val, name: &str) -> Option<bool> {
    let Val::Obj(members) = holder else {
        return None;
    };
    match members.get(&Val::from(name.to_owned()))? {
        Val::Null => Some(false),
        Val::Bool(has_more) => Some(*has_more),
        Val::TStr(text) => Some(!text.is_empty() && ***text != *b"0"),
        Val::Num(number) => Some(number.as_isize() != Some(0)),
        _ => None,
    }
}

/// What the numbers say with which some answers count their pages.
fn is_before_the_end(holder: &Val) -> Option<bool> {
    let number = |name: &str| match member(holder, name)? {
        Val::Num(number) => number.as_isize(),
        _ => None,
    };
    if let (Some(page), Some(pages)) = (number("current_page"), number("total_pages")) {
        return Some(page < pages);
    }
    if let (Some(offset), Some(count), Some(total)) =
        (number("offset"), number("count"), number("total"))
    {
        return Some(offset.saturating_add(count) < total);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::jq::json::to_value;
    use serde_json::json;

    #[test]
    fn what_went_wrong_is_said_as_it_stands_there() {
        for (says, words) in [
            (
                json!({"ok": false, "error": "invalid_auth"}),
                Some("error: \"invalid_auth\""),
            ),
            (
                json!({"errcode": "M_FORBIDDEN", "error": "no"}),
                Some("error: \"no\", errcode: \"M_FORBIDDEN\""),
            ),
            (
                json!({"error": {"code": "Unauthorized", "message": "expired"}}),
                Some("message: \"expired\", code: \"Unauthorized\""),
            ),
            (json!({"channels": 7}), None),
        ] {
            assert_eq!(failure(&to_value(&says)).as_deref(), words, "{says}");
        }
        for failed in [
            json!({"ok": false}),
            json!({"success": false}),
            json!({"ActionStatus": "FAIL"}),
            json!({"result": "error"}),
            json!({"error": true, "message": "x"}),
        ] {
            assert!(has_failed(&to_value(&failed)), "{failed}");
        }
        for fine in [
            json!({"ok": true}),
            json!({"message": "x"}),
            json!({"code": 200}),
        ] {
            assert!(!has_failed(&to_value(&fine)), "{fine}");
        }
    }

    #[test]
    fn a_cursor_that_is_not_empty_says_that_more_pages_follow() {
        for (says, more) in [
            (
                json!({"response_metadata": {"next_cursor": "x"}}),
                Some(true),
            ),
            (
                json!({"response_metadata": {"next_cursor": ""}}),
                Some(false),
            ),
            (json!({"cursor": "x"}), Some(true)),
            (json!({"next": null}), Some(false)),
            (json!({"hasMore": true}), Some(true)),
            (json!({"has_more": false}), Some(false)),
            (
                json!({"@odata.nextLink": "https://example.com"}),
                Some(true),
            ),
            (json!({"data": {"next": "x"}}), Some(true)),
            (
                json!({"meta": {"pagination": {"current_page": 1, "total_pages": 2}}}),
                Some(true),
            ),
            (
                json!({"meta": {"pagination": {"current_page": 2, "total_pages": 2}}}),
                Some(false),
            ),
            (json!({"offset": 0, "count": 50, "total": 120}), Some(true)),
            (
                json!({"offset": 100, "count": 20, "total": 120}),
                Some(false),
            ),
            (json!({"ok": true}), None),
            (json!(null), None),
        ] {
            assert_eq!(has_more(&to_value(&says)), more, "{says}");
        }
    }
}
