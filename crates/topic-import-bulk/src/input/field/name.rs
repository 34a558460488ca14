//! Whether a name is one that people can see.

use topic_import_core::Field;

use crate::input::problem::{Problem, ProblemRule};

/// What is wrong with a name by its characters, where anything is.
pub(crate) fn problem(line: u64, field: Field, name: &str) -> Option<Problem> {
    let problem = |rule, found: String, message: String| Problem {
        line,
        element: None,
        field: Some(field.name().into()),
        rule,
        limit: serde_json::Value::Null,
        found: found.into(),
        message: message.into(),
    };
    let control = (1_u32..)
        .zip(name.chars())
        .find(|(_, character)| character.is_control());
    if let Some((place, character)) = control {
        let code = format!("U+{:04X}", u32::from(character));
        let message = format!(
            "has the control character {code} in place {place}, which a name cannot show: take it out"
        );
        return Some(problem(ProblemRule::ControlCharacter, code, message));
    }
    (!name.is_empty() && !shows_something(name)).then(|| {
        let codes: Vec<String> = name
            .chars()
            .take(MOST_CODES)
            .map(|character| format!("U+{:04X}", u32::from(character)))
            .collect();
        let message =
            "shows nothing: it is made of blanks and invisible characters: give it a name";
        problem(ProblemRule::NothingVisible, codes.join(" "), message.into())
    })
}

/// So many characters of a name that shows nothing are told.
const MOST_CODES: usize = 10;

/// Whether anything of a text can be seen.
pub(crate) fn shows_something(text: &str) -> bool {
    !text.chars().all(is_invisible)
}

/// White space, control characters, what Unicode calls `Default_Ignorable_Code_Point`, joiners without a shape of their own,
/// marks of annotations and of objects that are elsewhere, the blank pattern of Braille, the note without a head, and what
/// is no character.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{2d7f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fdd0}'..='\u{fdef}'
                | '\u{fff0}'..='\u{fffc}'
                | '\u{fffe}'..='\u{ffff}'
                | '\u{1107f}'
                | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d159}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_names_of_nothing_visible_are_told() {
        for name in [
            "a",
            " a ",
            "水\u{200b}",
            "👨‍👩‍👧‍👦",
            "❤\u{fe0f}",
            "\u{301}",
            "…",
            "-",
            "",
        ] {
            assert_eq!(problem(1, Field::TopicName, name), None, "{name:?}");
        }
        for (name, code) in [
            ("boat\0house", "U+0000 in place 5"),
            ("\t", "U+0009 in place 1"),
            ("水\n", "U+000A in place 2"),
            ("a\u{7f}", "U+007F in place 2"),
            ("\u{85}a", "U+0085 in place 1"),
        ] {
            let problem = problem(1, Field::TopicName, name).unwrap();
            assert_eq!(problem.rule, ProblemRule::ControlCharacter);
            assert!(problem.message.contains(code), "{}", problem.message);
        }
        for name in [
            " ",
            "\u{3000}\u{a0}",
            "\u{200b}\u{200f}",
            "\u{3164}",
            "\u{feff}",
            "\u{2800}",
            "\u{fffc}",
            "\u{fdd0}\u{ffff}",
            "\u{1d159}",
            "\u{2d7f}\u{1107f}\u{13430}",
            "\u{e0020}",
            "\u{2029}",
        ] {
            let problem = problem(1, Field::TopicName, name).unwrap();
            assert_eq!(problem.rule, ProblemRule::NothingVisible, "{name:?}");
            let code = format!("U+{:04X}", u32::from(name.chars().next().unwrap()));
            assert!(problem.found.as_str().unwrap().starts_with(&code));
        }
    }
}
