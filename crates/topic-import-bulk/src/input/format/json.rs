//! Rows that are elements of JSON documents.

use jaq_json::Val;
use topic_import_core::Field;

use crate::input::draft::Draft;
use crate::input::element::Element as ElementName;
use crate::input::field::lenient::as_it_is;
use crate::input::format::export::{notes_of_reading, too_long};
use crate::input::format::jsonl;
use crate::input::mapped::Mapped;
use crate::input::problem::Problem;
use crate::input::text::elements::Element;

pub(crate) const WANTED: &str = "a list of JSON objects, nor an object that holds one";

/// The draft of an element, the `number`th one.
pub(crate) fn draft(element: &Element, number: u64, mapped: &mut Mapped) -> Draft {
    let line = element.line;
    let name = Some(Box::new(ElementName::new("row", Some(number), None)));
    let mut draft = if element.is_too_long {
        Draft::unreadable(too_long(line))
    } else if let Val::Obj(members) = &element.value {
        let mut draft = jsonl::draft_of(line, members, &element.twice, mapped);
        if !mapped.is_empty() {
            draft.is_converted = true;
            let others = element.twice.iter();
            let others = others.filter(|name| Field::from_name(name).is_none());
            draft
                .problems
                .extend(others.map(|name| Problem::name_twice(line, name)));
            mapped.apply(&mut draft, &element.value, as_it_is);
        }
        draft.notes = notes_of_reading(element).collect();
        draft
    } else {
        Draft::unreadable(Problem::syntax(line, "is no JSON object"))
    };
    draft.element = name;
    draft
}
