//! A command as it is typed into a shell.

use std::ffi::OsString;

use crate::show::text;

/// The words of a command, quoted where a shell would read them differently.
pub(crate) fn quoted(words: &[OsString]) -> String {
    let words: Vec<String> = words
        .iter()
        .map(|word| word_quoted(&text::one_line(word.to_string_lossy())))
        .collect();
    words.join(" ")
}

fn word_quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_each_word_as_it_was_given() {
        let words = ["topic-import", "import", "my rows.jsonl", "@TGS#_a", "it's"];
        assert_eq!(
            quoted(&words.map(OsString::from)),
            r"topic-import import 'my rows.jsonl' '@TGS#_a' 'it'\''s'"
        );
    }
}
