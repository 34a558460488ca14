//! A page of an API's answers that has no rows.

use jaq_json::Val;
use topic_import_core::Field;

use crate::input::format::answer::{failure, has_failed, has_more, total};
use crate::input::jq::json::{as_text, member};
use crate::input::text::elements::{Document, Null};

/// The members in which answers say with a number how it went.
const CODES: [&str; 5] = ["errCode", "errcode", "code", "ErrorCode", "error_code"];
/// What they say where it went well.
const FINE: [&str; 2] = ["0", "200"];

/// The members that a row has and an answer does not.
const OF_ROWS: [&str; 3] = ["id", "name", "title"];

/// Whether an object is a page of answers, and no row: it has an empty list, or null in place of one, and says how it went or
/// speaks of pages. Nothing in it has an ID or a name.
pub(crate) fn is_page(document: &Document) -> bool {
    let says = &document.says;
    let may_hold = document.is_found || document.null != Null::Nowhere && speaks_of_pages(says);
    may_hold && is_fine(says) && !has_row(says)
}

/// Whether an answer that has null where its list should be is a page without rows, as programs in Go write one. Where it
/// is not said which list that is, it has to speak of pages.
pub(crate) fn is_without_rows(document: &Document) -> bool {
    let says = &document.says;
    let is_null = match document.null {
        Null::Nowhere => false,
        Null::Somewhere => speaks_of_pages(says) && !has_row(says),
        Null::InPlace => true,
    };
    is_null && is_fine(says)
}

/// Whether an answer says that it went well, or speaks of pages and of no failure.
fn is_fine(says: &Val) -> bool {
    let is_said = has_succeeded(says) || speaks_of_pages(says) && failure(says).is_none();
    is_said && !has_failed(says)
}

/// Whether a value is what could become a topic, or has such a one in it.
fn has_row(value: &Val) -> bool {
    let Val::Obj(members) = value else {
        return false;
    };
    members.iter().any(|(name, value)| {
        let name = as_text(name).unwrap_or_default();
        let is_own = Field::from_name(&name).is_some() || OF_ROWS.contains(&name.as_str());
        is_own || has_row(value)
    })
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

    fn document(says: &serde_json::Value, is_found: bool, null: Null) -> Document {
        Document {
            line: 1,
            is_found,
            null,
            is_of_answers: false,
            says: to_value(says),
            list: None,
            passed_over: Vec::new(),
        }
    }

    #[test]
    fn a_page_is_told_from_a_row() {
        for (says, with_list, with_null) in [
            (json!({"errCode": 0, "data": {"total": 0}}), true, true),
            (json!({"ok": true}), true, false),
            (json!({"total": 0}), true, true),
            (json!({"next": null}), true, true),
            (
                json!({"errCode": 1501, "errMsg": "TokenExpiredError"}),
                false,
                false,
            ),
            (
                json!({"errCode": 1501, "errMsg": "TokenExpiredError", "total": 0}),
                false,
                false,
            ),
            (json!({"ok": false, "next": null}), false, false),
            (json!({"name": "general", "total": 0}), false, false),
            (json!({"TopicName": "general", "ok": true}), false, false),
            (json!({"ok": true, "channel": {"id": "C1"}}), false, false),
            (json!({"topic": "general"}), false, false),
            (json!({}), false, false),
        ] {
            let is_one = |is_found, null| is_page(&document(&says, is_found, null));
            assert_eq!(is_one(true, Null::Nowhere), with_list, "{says}");
            assert_eq!(is_one(false, Null::Somewhere), with_null, "{says}");
            assert!(!is_one(false, Null::Nowhere), "{says}");
        }
    }
}
