//! Makes untrusted text safe to display.

use core::fmt::{self, Write as _};

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// The most combining marks on one letter that living scripts use. A taller stack would cover the lines above.
const MOST_MARKS: u32 = 4;

/// Displays untrusted text so that it stays on one line and all of it is visible.
///
/// Characters that would end the line, control a terminal, change the writing direction or be invisible are written as
/// escapes such as `\n` and `\u{202e}`: control and format characters, line and paragraph separators, unassigned and
/// private-use characters, and invisible letters and variation selectors. Combining marks without a base character, or
/// with too many others on the same one, are escaped too. A zero-width joiner between two emoji is kept, because it joins them into one. Spaces
/// of any width, quotation marks and backslashes are kept as well.
///
/// ```
/// use topic_import_core::escaped;
///
/// assert_eq!(escaped("水\r\u{1b}[2J\u{202e}").to_string(), r"水\r\u{1b}[2J\u{202e}");
/// ```
pub fn escaped(text: impl fmt::Display) -> impl fmt::Display {
    Escaped(text)
}

struct Escaped<T>(T);

impl<T: fmt::Display> fmt::Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut escaping = Escaping {
            to: f,
            room: 0,
            is_picture: false,
            is_joining: false,
        };
        write!(escaping, "{}", self.0)?;
        escaping.join(None)
    }
}

/// Passes on what is written to it, escaped.
struct Escaping<'a, 'b> {
    to: &'a mut fmt::Formatter<'b>,
    /// How many more marks may follow on the last character.
    room: u32,
    /// Whether the last character is a picture, apart from marks on it.
    is_picture: bool,
    /// Whether a joiner stands after it that is not written yet: it is seen only between two pictures.
    is_joining: bool,
}

/// Makes one picture of two, such as an astronaut of a woman and a rocket.
const JOINER: char = '\u{200d}';

impl Escaping<'_, '_> {
    /// Writes a joiner that waits for the character after it.
    fn join(&mut self, next: Option<char>) -> fmt::Result {
        if !core::mem::take(&mut self.is_joining) {
            Ok(())
        } else if next.is_some_and(is_picture) {
            self.to.write_char(JOINER)
        } else {
            (self.room, self.is_picture) = (0, false);
            write!(self.to, "{}", JOINER.escape_default())
        }
    }
}

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars()
            .try_for_each(|character| self.write_char(character))
    }

    fn write_char(&mut self, character: char) -> fmt::Result {
        self.join(Some(character))?;
        if character == JOINER && self.is_picture {
            self.is_joining = true;
            return Ok(());
        }
        let (is_shown, room) = match kind(character) {
            Kind::Seen => (true, MOST_MARKS),
            Kind::Mark => (self.room > 0, self.room.saturating_sub(1)),
            Kind::Unseen => (false, 0),
        };
        self.room = room;
        self.is_picture = match kind(character) {
            Kind::Seen => is_picture(character),
            Kind::Mark => self.is_picture,
            Kind::Unseen => false,
        };
        if is_shown {
            self.to.write_char(character)
        } else {
            write!(self.to, "{}", character.escape_default())
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Seen,
    /// A combining mark, drawn on the character before it.
    Mark,
    Unseen,
}

/// Whether it is in a block of pictures, where it can be joined to another one.
const fn is_picture(character: char) -> bool {
    matches!(character, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

fn kind(character: char) -> Kind {
    use GeneralCategory as Category;
    match character {
        _ if is_blank(character) => Kind::Unseen,
        _ => match character.general_category() {
            Category::Control
            | Category::Format
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::PrivateUse
            | Category::Surrogate
            | Category::Unassigned => Kind::Unseen,
            Category::NonspacingMark | Category::EnclosingMark => Kind::Mark,
            _ => Kind::Seen,
        },
    }
}

/// Whether a letter or mark is invisible (`Default_Ignorable_Code_Point`). All other invisible characters are in
/// categories that [`kind`] escapes anyway. The last two of the sixteen variation selectors are not among them: they
/// choose between an emoji's text and picture form, and so are visible.
const fn is_blank(character: char) -> bool {
    matches!(
        character,
        '\u{34f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0d}'
            | '\u{ffa0}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};

    use super::*;
    use crate::code::Code;
    use crate::failure::Refusal;

    fn is_escaped(character: char) -> bool {
        let shown = escaped(String::from_iter(['a', character])).to_string();
        let is_raw = shown.chars().skip(1).eq([character]);
        assert!(is_raw || shown.is_ascii(), "{character:?}");
        !is_raw
    }

    #[test]
    fn of_all_of_unicode_nothing_passes_that_ends_a_line_steers_a_terminal_or_is_not_seen() {
        // Category Cf, as Unicode 17 has it.
        let formats = [
            '\u{ad}'..='\u{ad}',
            '\u{600}'..='\u{605}',
            '\u{61c}'..='\u{61c}',
            '\u{6dd}'..='\u{6dd}',
            '\u{70f}'..='\u{70f}',
            '\u{890}'..='\u{891}',
            '\u{8e2}'..='\u{8e2}',
            '\u{180e}'..='\u{180e}',
            '\u{200b}'..='\u{200f}',
            '\u{202a}'..='\u{202e}',
            '\u{2060}'..='\u{2064}',
            '\u{2066}'..='\u{206f}',
            '\u{feff}'..='\u{feff}',
            '\u{fff9}'..='\u{fffb}',
            '\u{110bd}'..='\u{110bd}',
            '\u{110cd}'..='\u{110cd}',
            '\u{13430}'..='\u{1343f}',
            '\u{1bca0}'..='\u{1bca3}',
            '\u{1d173}'..='\u{1d17a}',
            '\u{e0001}'..='\u{e0001}',
            '\u{e0020}'..='\u{e007f}',
        ];
        let mut escapes = 0;
        for character in '\0'..=char::MAX {
            let is_format = formats.iter().any(|range| range.contains(&character));
            let ends_a_line = matches!(character, '\u{2028}' | '\u{2029}');
            let is_private = matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
            if character.is_control() || is_format || ends_a_line || is_private {
                assert!(is_escaped(character), "{character:?}");
                escapes += 1;
            }
        }
        assert!(escapes > 137_000, "{escapes}");
    }

    #[test]
    fn of_all_of_unicode_nothing_is_escaped_that_std_shows() {
        let mut shown = 0;
        for character in '\0'..=char::MAX {
            let is_shown_by_std = || {
                let text = String::from_iter(['a', character]);
                text.escape_debug().count() == 2
            };
            let is_quoted_by_std = matches!(character, '"' | '\'' | '\\');
            if is_quoted_by_std || is_shown_by_std() && !is_blank(character) {
                assert!(!is_escaped(character), "{character:?}");
                shown += 1;
            }
        }
        assert!(shown > 150_000, "{shown}");
    }

    #[test]
    fn what_strangers_wrote_stays_on_its_line_and_in_sight() {
        for (text, shown) in [
            ("", ""),
            ("it's \"quoted\" \\", "it's \"quoted\" \\"),
            ("水 会\u{3000}议 é e\u{301}", "水 会\u{3000}议 é e\u{301}"),
            ("a\nb\r\tc\0", r"a\nb\r\tc\u{0}"),
            (
                "\u{1b}]8;;http://x\u{1b}\\here",
                r"\u{1b}]8;;http://x\u{1b}\here",
            ),
            ("\u{9b}2J\u{85}\u{7f}", r"\u{9b}2J\u{85}\u{7f}"),
            (
                "x\u{202e}y\u{2028}\u{2066}\u{200b}",
                r"x\u{202e}y\u{2028}\u{2066}\u{200b}",
            ),
            ("a\u{3164}\u{e0041}\u{fe01}", r"a\u{3164}\u{e0041}\u{fe01}"),
            (
                "👩🏽\u{200d}🚀 ❤\u{fe0f}\u{200d}🔥",
                "👩🏽\u{200d}🚀 ❤\u{fe0f}\u{200d}🔥",
            ),
            (
                "a\u{200d}🚀 🚀\u{200d}a 🚀\u{200d}\u{200d}🚀 🚀\u{200d}",
                r"a\u{200d}🚀 🚀\u{200d}a 🚀\u{200d}\u{200d}🚀 🚀\u{200d}",
            ),
            ("\u{301}a\n\u{301}", r"\u{301}a\n\u{301}"),
            ("กู้ ที่", "กู้ ที่"),
        ] {
            assert_eq!(escaped(text).to_string(), shown, "{text:?}");
        }
        let tower = escaped(String::from("a") + &"\u{301}".repeat(9));
        let tower = tower.to_string();
        assert!(
            tower.starts_with("a\u{301}\u{301}\u{301}\u{301}\\u{301}"),
            "{tower}"
        );
    }

    #[test]
    fn what_the_service_said_stays_on_the_line_of_its_error() {
        let info = "x\nERROR forged\u{202e}".to_string();
        let refusal = Refusal {
            command: crate::command::Command::IMPORT_TOPIC,
            code: Code::new(80001),
            info,
        };
        assert_eq!(
            refusal.to_string(),
            r"80001 the text failed the security check (x\nERROR forged\u{202e})"
        );
        assert_eq!(refusal.info, "x\nERROR forged\u{202e}");
    }

    #[test]
    fn the_pieces_that_a_text_is_written_in_make_no_difference() {
        let pieces = format_args!("{}{}{}", 'a', '\u{301}', "\n").to_string();
        assert_eq!(pieces, "a\u{301}\n");
        let shown = escaped(format_args!("{}{}{}", 'a', '\u{301}', "\n")).to_string();
        assert_eq!(shown, "a\u{301}\\n");
    }
}
