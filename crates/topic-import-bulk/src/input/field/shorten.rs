//! Text that is too long for its field, shortened.

use std::fmt;

use topic_import_core::{Field, GroupDraft, MAX_EXCERPT_BYTES, TopicDraft, escaped};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::input::field::name::shows_something;
use crate::input::problem::{Problem, ProblemRule};

/// What stands at the end of a shortened text.
pub(crate) const ELLIPSIS: &str = "…";

/// What has texts for people to read: others mean nothing once they are cut.
pub(crate) trait Texts {
    /// The field of its name.
    const NAME: Field;

    /// The place of a field that holds text.
    fn text_mut(&mut self, field: Field) -> Option<&mut Option<String>>;
}

impl Texts for TopicDraft {
    const NAME: Field = Field::TopicName;

    fn text_mut(&mut self, field: Field) -> Option<&mut Option<String>> {
        Self::text_mut(self, field)
    }
}

impl Texts for GroupDraft {
    const NAME: Field = Field::Name;

    fn text_mut(&mut self, field: Field) -> Option<&mut Option<String>> {
        Self::text_mut(self, field)
    }
}

/// How much of what was cut off is shown, in bytes.
const SHOWN_BYTES: usize = 60;

/// A text that was shortened. Displayed as `TopicName: shortened from "…" to "…"`; for the longer fields with the lengths
/// in bytes and what was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shortened {
    /// The field.
    pub field: Field,
    /// What it was.
    pub from: Box<str>,
    /// What it is now.
    pub to: Box<str>,
    /// Of a name, whether the full one is now the first line of `Introduction`.
    pub is_kept: Option<bool>,
}

impl Shortened {
    /// What was shortened, as an entry of the list in which the problems of the row on this line stand as well.
    pub(crate) fn noted(&self, line: u64) -> Problem {
        let name = self.field.name();
        let message = self.to_string();
        let message = message.strip_prefix(name).unwrap_or(&message);
        Problem {
            field: Some(name.into()),
            rule: ProblemRule::Shortened,
            limit: self.field.spec().max_bytes.into(),
            found: self.from.len().into(),
            ..Problem::syntax(line, message.trim_start_matches(": "))
        }
    }
}

impl fmt::Display for Shortened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field, from, to, ..
        } = self;
        if is_name(*field) {
            let (from, dots) = cut(from, MAX_EXCERPT_BYTES);
            let (from, to) = (escaped(from), escaped(to));
            write!(f, "{field}: shortened from \"{from}\"{dots} to \"{to}\"")?;
        } else {
            let kept = to.strip_suffix(ELLIPSIS).unwrap_or(to);
            let (off, dots) = cut(from.strip_prefix(kept).unwrap_or(from), SHOWN_BYTES);
            let (from, to, off) = (from.len(), to.len(), escaped(off));
            write!(
                f,
                "{field}: shortened from {from} bytes to {to}; cut off: \"{off}\"{dots}"
            )?;
        }
        match self.is_kept {
            Some(true) => f.write_str("; the full name is the first line of Introduction"),
            Some(false) => f.write_str("; Introduction has no room for the full name"),
            None => Ok(()),
        }
    }
}

const fn is_name(field: Field) -> bool {
    matches!(field, Field::TopicName | Field::Name)
}

/// The beginning of a text, and dots where that is not all.
fn cut(text: &str, most: usize) -> (&str, &'static str) {
    let beginning = &text[..text.floor_char_boundary(most)];
    let dots = if beginning.len() < text.len() {
        ELLIPSIS
    } else {
        ""
    };
    (beginning, dots)
}

/// Shortens what is too long for its field, and keeps a full name in `Introduction` if that has room. Also gives the fields
/// of which nothing would be left that could be seen: they stay too long.
pub(crate) fn shorten<T: Texts>(draft: &mut T) -> (Vec<Shortened>, Vec<Field>) {
    let (mut all, mut too_long) = (Vec::new(), Vec::new());
    for field in [T::NAME, Field::Notification, Field::Introduction] {
        let Some(max) = field.spec().max_bytes else {
            continue;
        };
        let Some(Some(text)) = draft.text_mut(field) else {
            continue;
        };
        if text.len() <= max {
            continue;
        }
        let Some(to) = cut_between_characters(text, max) else {
            too_long.push(field);
            continue;
        };
        let from = std::mem::replace(text, to.clone());
        let is_kept = (field == T::NAME).then(|| keep(&from, draft));
        all.push(Shortened {
            field,
            from: from.into(),
            to: to.into(),
            is_kept,
        });
    }
    (all, too_long)
}

/// The longest beginning of whole characters, as people see them, that has room for an ellipsis; `None` where none of
/// them can be seen.
fn cut_between_characters(text: &str, max: usize) -> Option<String> {
    let room = max.saturating_sub(ELLIPSIS.len());
    let ends = text
        .grapheme_indices(true)
        .map(|(start, grapheme)| start + grapheme.len());
    let end = ends.take_while(|end| *end <= room).last().unwrap_or(0);
    let kept = text[..end].trim_end();
    shows_something(kept).then(|| format!("{kept}{ELLIPSIS}"))
}

/// A community's name with a number after it, shortened to where both fit.
pub(crate) fn numbered(name: &str, number: u64) -> String {
    let number = format!(" {number}");
    let max = Field::Name.spec().max_bytes.unwrap_or(usize::MAX);
    let room = max.saturating_sub(number.len());
    if name.len() <= room {
        return format!("{name}{number}");
    }
    // A name that is one character, however long it is written, has none left for the number to stand after.
    let name = cut_between_characters(name, room).unwrap_or_else(|| ELLIPSIS.to_owned());
    name + &number
}

/// Puts a full name before an introduction, if both fit.
fn keep(name: &str, draft: &mut impl Texts) -> bool {
    let max = Field::Introduction.spec().max_bytes.unwrap_or(usize::MAX);
    let Some(place) = draft.text_mut(Field::Introduction) else {
        return false;
    };
    let introduction = match place.as_deref() {
        None | Some("") => name.to_owned(),
        Some(rest) => format!("{name}\n{rest}"),
    };
    let has_room = introduction.len() <= max;
    if has_room {
        *place = Some(introduction);
    }
    has_room
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIELDS: [Field; 3] = [Field::TopicName, Field::Notification, Field::Introduction];
    const FAMILY: &str = "👨‍👩‍👧‍👦";

    fn named(name: &str, introduction: Option<&str>) -> TopicDraft {
        let mut topic = TopicDraft::new("@TGS#_a", name);
        topic.introduction = introduction.map(ToOwned::to_owned);
        topic
    }

    #[test]
    fn what_fits_stays() {
        let ten = "一二三四五六七八九十";
        let mut topic = named(ten, Some(&"i".repeat(240)));
        topic.notification = Some("n".repeat(300));
        topic.custom_string = Some("c".repeat(3001));
        topic.face_url = Some("u".repeat(101));
        let before = topic.clone();
        assert_eq!(shorten(&mut topic), (vec![], vec![]));
        assert_eq!(topic, before);
    }

    #[test]
    fn a_name_is_cut_between_characters_as_people_see_them() {
        for (name, short) in [
            (
                "一二三四五六七八九十甲".to_owned(),
                "一二三四五六七八九…".to_owned(),
            ),
            ("x".repeat(31), "x".repeat(27) + "…"),
            ("abc".to_owned() + FAMILY + "!!!", "abc…".to_owned()),
            (FAMILY.repeat(2), FAMILY.to_owned() + "…"),
            ("x".repeat(26) + "e\u{301}yz", "x".repeat(26) + "…"),
            (
                "one two three four five    and six".to_owned(),
                "one two three four five…".to_owned(),
            ),
            ("boat".to_owned() + &FAMILY.repeat(2), "boat…".to_owned()),
            ("🇨🇳".repeat(6), "🇨🇳".repeat(3) + "…"),
        ] {
            let mut topic = named(&name, None);
            let (changes, _) = shorten(&mut topic);
            assert_eq!(topic.topic_name, Some(short));
            assert_eq!(topic.introduction.as_deref(), Some(&*name));
            assert_eq!(changes.len(), 1);
        }
    }

    #[test]
    fn a_number_stands_after_what_there_is_room_for() {
        assert_eq!(numbered("Riverside", 2), "Riverside 2");
        assert_eq!(numbered(&"x".repeat(28), 2), "x".repeat(28) + " 2");
        assert_eq!(numbered(&"x".repeat(30), 12), "x".repeat(24) + "… 12");
    }

    #[test]
    fn a_text_of_which_nothing_would_be_left_stays_as_it_is() {
        for name in [
            "e".to_owned() + &"\u{301}".repeat(20),
            FAMILY.to_owned() + "🏽" + FAMILY,
            "a".to_owned() + &"\u{300}".repeat(40),
            "\u{200b}".repeat(5) + &FAMILY.repeat(2),
            " ".repeat(40),
        ] {
            let mut topic = named(&name, None);
            assert_eq!(
                shorten(&mut topic),
                (vec![], vec![Field::TopicName]),
                "{name:?}"
            );
            assert_eq!(topic, named(&name, None));
        }
    }

    #[test]
    fn the_full_name_is_kept_where_there_is_room() {
        let name = "x".repeat(31);
        let mut topic = named(&name, Some(&"i".repeat(208)));
        let (changes, _) = shorten(&mut topic);
        assert_eq!(
            topic.introduction,
            Some(format!("{name}\n{}", "i".repeat(208)))
        );
        let short = "x".repeat(27);
        assert_eq!(
            changes[0].to_string(),
            format!(
                "TopicName: shortened from \"{name}\" to \"{short}…\"; \
                 the full name is the first line of Introduction"
            )
        );

        let mut topic = named(&name, Some(&"i".repeat(209)));
        assert_eq!(shorten(&mut topic).0[0].is_kept, Some(false));
        assert_eq!(topic.introduction, Some("i".repeat(209)));

        // An introduction that is itself too long is cut, and a name does not push more of it out.
        let mut topic = named(&name, Some(&"i".repeat(241)));
        let (changes, _) = shorten(&mut topic);
        assert_eq!(topic.introduction, Some("i".repeat(237) + "…"));
        assert_eq!(changes.len(), 2);
        assert!(
            changes[0]
                .to_string()
                .ends_with("; Introduction has no room for the full name")
        );
        assert_eq!(
            changes[1].to_string(),
            "Introduction: shortened from 241 bytes to 240; cut off: \"iiii\""
        );
        topic.introduction = Some("i".repeat(238) + &"j".repeat(62));
        assert_eq!(
            shorten(&mut topic).0[0].to_string(),
            format!(
                "Introduction: shortened from 300 bytes to 240; cut off: \"i{}\"…",
                "j".repeat(59)
            )
        );
    }

    fn text(most: usize) -> impl Strategy<Value = Option<String>> {
        let character = prop_oneof![
            4 => any::<char>().prop_map(String::from),
            4 => "[a-z 道\n]",
            1 => Just(FAMILY.to_owned()),
            1 => Just("e\u{301}".to_owned()),
            1 => Just("🇩🇪".to_owned()),
            1 => Just("\r\n".to_owned()),
        ];
        let text = prop::collection::vec(character, 0..most).prop_map(|parts| parts.concat());
        prop::option::of(text)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_was_written_fits_afterwards_and_is_left_alone_from_then_on(
            name in text(40),
            notification in text(200),
            introduction in text(160),
        ) {
            let mut topic = TopicDraft::default();
            topic.topic_name = name;
            topic.notification = notification;
            topic.introduction = introduction;
            let before = topic.clone();
            let (changes, too_long) = shorten(&mut topic);
            for field in FIELDS {
                let length = topic.text_mut(field).unwrap().as_ref().map_or(0, String::len);
                prop_assert!(length <= field.spec().max_bytes.unwrap() || too_long.contains(&field));
            }
            for change in &changes {
                let kept = change.to.strip_suffix(ELLIPSIS).unwrap();
                prop_assert!(shows_something(kept));
                let rest = change.from.strip_prefix(kept).unwrap();
                // What was taken away beside white space begins at a boundary of the full text.
                let spaces = rest.len() - rest.trim_start().len();
                let boundaries: Vec<usize> =
                    change.from.grapheme_indices(true).map(|(start, _)| start).collect();
                let is_boundary = |at: usize| at == change.from.len() || boundaries.contains(&at);
                prop_assert!((kept.len()..=kept.len() + spaces).any(is_boundary));
            }
            prop_assert_eq!(changes.is_empty(), topic == before);
            let fitted = topic.clone();
            prop_assert_eq!(shorten(&mut topic), (vec![], too_long));
            prop_assert_eq!(topic, fitted);
        }
    }
}
