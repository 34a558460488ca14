//! A page of an API's answers that has no rows.

use jaq_json::Val;
use topic_import_core::Field;

use crate::input::format::answer::{failure, has_failed, has_more, total};
use crate::input::jq::json::{as_text, member};

/// The members in which answers say with a number how it went.
const CODES: [&str; 5] = ["errCode", "errcode", "code", "ErrorCode", "error_code"];
/// What they say where it went well.
const FINE: [&str; 2] = ["0", "200"];

/// The members that a row has and an answer does not.
const OF_ROWS: [&str; 3] = ["id", "name", "title"];

/// Whether an object with an empty list is a page of answers, and no row: it says how it went, or speaks of pages.
pub(crate) fn is_page(says: &Val) -> bool {
    let Val::Obj(members) = says else {
        return false;
    };
    let is_of_row =
        |name: &String| Field::from_name(name).is_some() || OF_ROWS.contains(&name.as_str());
    let is_row = members
        .keys()
        .filter_map(as_text)
        .any(|name| is_of_row(&name));
    !is_row && !has_failed(says) && (has_succeeded(says) || speaks_of_pages(says))
}

/// Whether an answer that has null where its list should be is a page without rows, as programs in Go write one.
pub(crate) fn is_without_rows(says: &Val) -> bool {
    !has_failed(says) && (has_succeeded(says) || speaks_of_pages(says) && failure(says).is_none())
}

fn speaks_of_pages(says: &Val) -> bool {
    has_more(says).is_some() || total(says).is_some()
}

fn has_succeeded(says: &Val) -> bool {
    let is_true = |name: &str| matches!(member(says, name), Some(Val::Bool(true)));
    let codes = CODES.iter().filter_map(|name| member(says, name));
    let mut codes = codes.map(ToString::to_string);
    let is_fine = |code: String| FINE.contains(&code.as_str());
    is_true("ok") || is_true("success") || codes.next().is_some_and(is_fine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::jq::json::to_value;
    use serde_json::json;

    #[test]
    fn a_page_is_told_from_a_row() {
        for (says, is_one) in [
            (json!({"errCode": 0, "data": {"total": 0}}), true),
            (json!({"ok": true}), true),
            (json!({"total": 0}), true),
            (json!({"next": null}), true),
            (
                json!({"errCode": 1501, "errMsg": "TokenExpiredError"}),
                false,
            ),
            (json!({"ok": false, "next": null}), false),
            (json!({"name": "general", "total": 0}), false),
            (json!({"TopicName": "general", "ok": true}), false),
            (json!({"topic": "general"}), false),
            (json!({}), false),
        ] {
            assert_eq!(is_page(&to_value(&says)), is_one, "{says}");
        }
    }
}
