//! What an answer of an API says beside its list: that it failed, or that more pages follow.

use jaq_json::Val;

use crate::input::jq::json::{as_text, member, member_or_null, to_json};
use crate::input::problem::excerpt;

/// The members in which answers say what went wrong.
const FAILURES: [&str; 18] = [
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
    "desc",
    "detail",
    "reason",
    "title",
    "Message",
];

/// The members that say whether more pages follow, or that this is the last one.
const FOLLOW: [&str; 7] = [
    "hasMore",
    "has_more",
    "hasNext",
    "has_next",
    "hasNextPage",
    "has_next_page",
    "more",
];
const LAST: [&str; 4] = ["isLast", "is_last", "isLastPage", "last"];

/// The members that are not empty where more pages follow; they are heeded where none of those above is there.
const CURSORS: [&str; 18] = [
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
    "NextToken",
    "nextPage",
    "next_page_url",
    "nextLink",
    "next_link",
    "@odata.nextLink",
    "continuationToken",
    "nextMarker",
];

/// The members that are not empty where pages came before, in the APIs that leave them empty on their first page.
const PREVIOUS: [&str; 3] = ["prev_batch", "previous", "prev_page_url"];

/// The members that say how many elements all pages have.
const TOTALS: [&str; 6] = [
    "total",
    "total_rooms",
    "total_count",
    "totalCount",
    "totalElements",
    "total_elements",
];

/// The objects in which they may stand.
const HOLDERS: [&str; 12] = [
    "page_info",
    "result",
    "_links",
    "page",
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
    let first_of_several = match member(says, "errors") {
        Some(Val::Arr(errors)) => errors.first(),
        _ => None,
    };
    let holders = [Some(says), member(says, "error"), first_of_several];
    for holder in holders.into_iter().flatten() {
        for name in FAILURES {
            let Some(value) = member(holder, name) else {
                continue;
            };
            let is_said = match value {
                Val::TStr(text) => !text.is_empty(),
                Val::Bool(_) | Val::Num(_) => true,
                _ => false,
            };
            if is_said {
                let value = to_json(value).to_string();
                words.push(format!("{name}: {}", excerpt(&value)));
            }
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
    let all = holders(says);
    let any = |verdict: fn(&Val) -> Option<bool>| {
        let verdicts = all.iter().filter_map(|holder| verdict(holder));
        verdicts.reduce(|some, more| some || more)
    };
    any(is_followed)
        .or_else(|| any(has_cursor))
        .or_else(|| any(is_before_the_end))
}

/// Whether an answer says that it is not the first page.
pub(crate) fn has_previous(says: &Val) -> bool {
    let holders = holders(says).into_iter();
    let mut previous = holders.flat_map(|holder| PREVIOUS.iter().map(|name| member(holder, name)));
    previous.any(|value| match value {
        Some(Val::TStr(text)) => !text.is_empty(),
        // An offset, which may be 0.
        Some(Val::Num(_)) => true,
        _ => false,
    })
}

/// How many elements all pages have together, where an answer says so.
pub(crate) fn total(says: &Val) -> Option<u64> {
    let all = holders(says).into_iter();
    let totals = all.flat_map(|holder| TOTALS.iter().filter_map(move |name| number(holder, name)));
    totals.max().and_then(|total| total.try_into().ok())
}

/// An answer, and the objects within it that may speak of pages: those that are called so, down to the second, and what
/// GraphQL has beside its lists, wherever they are.
fn holders(says: &Val) -> Vec<&Val> {
    fn of<'v>(holder: &'v Val, depth: usize, all: &mut Vec<&'v Val>) {
        let Val::Obj(members) = holder else {
            return;
        };
        all.push(holder);
        if depth == 0 {
            return;
        }
        for (name, value) in members.iter() {
            let is_holder = as_text(name).is_some_and(|name| HOLDERS.contains(&&*name));
            if is_holder {
                of(value, depth - 1, all);
            } else if let Some(info) = member(value, "pageInfo") {
                of(info, 0, all);
            }
        }
    }
    let mut all = Vec::new();
    of(says, 2, &mut all);
    all
}

fn is_followed(holder: &Val) -> Option<bool> {
    let flag = |name: &&str| match member(holder, name) {
        Some(Val::Bool(flag)) => Some(*flag),
        _ => None,
    };
    let follow = FOLLOW.iter().find_map(flag);
    follow.or_else(|| LAST.iter().find_map(flag).map(|is_last| !is_last))
}

fn has_cursor(holder: &Val) -> Option<bool> {
    let cursors = CURSORS.iter().filter_map(|name| cursor(holder, name));
    cursors.reduce(|some, more| some || more)
}

fn cursor(holder: &Val, name: &str) -> Option<bool> {
    match member_or_null(holder, name)? {
        Val::Null => Some(false),
        Val::Bool(has_more) => Some(*has_more),
        Val::TStr(text) => Some(!text.is_empty() && ***text != *b"0"),
        Val::Num(number) => Some(number.as_isize() != Some(0)),
        // A link with its parts.
        Val::Obj(link) => Some(!link.is_empty()),
        _ => None,
    }
}

fn number(holder: &Val, name: &str) -> Option<isize> {
    match member(holder, name)? {
        Val::Num(number) => number.as_isize(),
        _ => None,
    }
}

/// What the numbers say with which some answers count their pages.
fn is_before_the_end(holder: &Val) -> Option<bool> {
    let number = |name: &str| number(holder, name);
    let pages = number("total_pages").or_else(|| number("last_page"));
    if let (Some(page), Some(pages)) = (number("current_page"), pages) {
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
            (
                json!({"errors": [{"status": "401", "title": "Unauthorized"}, {"title": "x"}]}),
                Some("title: \"Unauthorized\""),
            ),
            (
                json!({"code": 414, "desc": "parameter error", "message": ""}),
                Some("code: 414, desc: \"parameter error\""),
            ),
            (json!({"channels": 7, "msg": ""}), None),
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
            (
                json!({"result": {"next_cursor": 5, "has_more": true}}),
                Some(true),
            ),
            (
                json!({"has_more": false, "page_token": "x", "next_cursor": "x"}),
                Some(false),
            ),
            (
                json!({"data": {"rooms": {"pageInfo": {"hasNextPage": true}}}}),
                Some(true),
            ),
            (
                json!({"current_page": 1, "last_page": 5, "next_page_url": "https://example.com"}),
                Some(true),
            ),
            (
                json!({"current_page": 5, "last_page": 5, "next_page_url": null}),
                Some(false),
            ),
            (json!({"last": false, "totalPages": 5}), Some(true)),
            (json!({"isLast": true, "startAt": 0}), Some(false)),
            (json!({"_links": {"next": {"href": "/b"}}}), Some(true)),
            (json!({"_links": {"self": {"href": "/a"}}}), None),
            (json!({"nextLink": "https://example.com"}), Some(true)),
            (json!({"continuationToken": ""}), Some(false)),
            (json!({"guild": {"next": "x"}}), None),
            (json!({"ok": true}), None),
            (json!(null), None),
        ] {
            assert_eq!(has_more(&to_value(&says)), more, "{says}");
        }
    }

    #[test]
    fn a_page_says_that_others_came_before() {
        for (says, is_said) in [
            (json!({"prev_batch": "p1"}), true),
            (json!({"prev_batch": 0, "offset": 100}), true),
            (json!({"previous": "https://example.com?page=1"}), true),
            (json!({"links": {"previous": "x"}}), true),
            (json!({"previous": null, "prev_page_url": ""}), false),
            (json!({"previous": false}), false),
            (json!({"next_batch": "p2"}), false),
            (json!({}), false),
        ] {
            assert_eq!(has_previous(&to_value(&says)), is_said, "{says}");
        }
    }

    #[test]
    fn how_many_there_are_in_all_is_said_in_several_ways() {
        for (says, all) in [
            (json!({"total_count": 120}), Some(120)),
            (
                json!({"page": 1, "per_page": 2, "result": {"total": 9}}),
                Some(9),
            ),
            (json!({"offset": 100, "total_rooms": 101}), Some(101)),
            (json!({"totalCount": "9"}), None),
            (json!({"total": -1}), None),
            (json!({}), None),
        ] {
            assert_eq!(total(&to_value(&says)), all, "{says}");
        }
    }
}
