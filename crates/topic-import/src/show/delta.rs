//! How an input differs from that of an earlier run, in words.

use topic_import_bulk::check::{Delta, Differing, DifferingTopic};
use topic_import_bulk::input::Format;
use topic_import_core::TOPIC_ID_SEPARATOR;

use crate::show::text;

/// How many topics of each kind of difference are named.
const NAMED: usize = 5;

/// What was added, renamed, changed and is gone, with the first of each.
pub(crate) fn in_words(delta: &Delta, format: &Format) -> String {
    let (thing, source) = match format {
        Format::Export(export) => (export.element_word(), export.name()),
        _ => ("topic", ""),
    };
    let mut parts = Vec::new();
    let mut add = |count: u64, what: &str, named: String| {
        if count > 0 {
            let counted = if parts.is_empty() {
                text::count(count, thing)
            } else {
                count.to_string()
            };
            parts.push(format!("{counted} {what}{named}"));
        }
    };
    let gone = if delta.unnamed > 0 {
        "gone, or among those without a TopicId"
    } else {
        "gone"
    };
    let kinds = [
        (&delta.added, "added"),
        (&delta.renamed, "renamed"),
        (&delta.changed, "changed otherwise"),
        (&delta.gone, gone),
    ];
    for (differing, what) in kinds {
        add(differing.count, what, named(differing, source));
    }
    add(delta.unchanged, "unchanged", String::new());
    add(
        delta.unnamed,
        "without a TopicId, which cannot be compared",
        String::new(),
    );
    if parts.is_empty() {
        return format!("no {thing} in either");
    }
    parts.join(", ")
}

/// The first topics, in parentheses.
fn named(differing: &Differing, source: &str) -> String {
    let named = differing.first.iter().take(NAMED);
    let mut named: Vec<String> = named.map(|topic| called(topic, source)).collect();
    let further = differing.count.saturating_sub(named.len() as u64);
    if further > 0 {
        named.push(format!("and {further} more"));
    }
    if named.is_empty() {
        return String::new();
    }
    format!(" ({})", named.join(", "))
}

/// A topic by its own ID and its name, or its names.
fn called(topic: &DifferingTopic, source: &str) -> String {
    let id = topic.topic_id.rsplit_once(TOPIC_ID_SEPARATOR);
    let id = id.map_or(&*topic.topic_id, |(_, own)| own);
    let own = id.strip_prefix(source).and_then(|id| id.strip_prefix('-'));
    let id = own.unwrap_or(id);
    match (&topic.earlier_name, &topic.topic_name) {
        (Some(earlier), Some(name)) if earlier != name => format!("{id} {earlier:?} → {name:?}"),
        (Some(name), _) | (None, Some(name)) => format!("{id} {name:?}"),
        (None, None) => id.to_owned(),
    }
}
