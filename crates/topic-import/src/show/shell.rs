//! Words of a command that the program prints for people to type: a shell reads in them what the program means.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use crate::show::text;

/// The path of a file. A program takes a name that begins with a hyphen for an option, so the directory stands before it.
pub(crate) fn path(path: &Path) -> String {
    let name = path.as_os_str().as_encoded_bytes();
    if name.starts_with(b"-") {
        word(&[b"./", name].concat())
    } else {
        word(name)
    }
}

/// A whole command.
pub(crate) fn command(words: &[OsString]) -> String {
    let words = words.iter().map(|each| word(each.as_encoded_bytes()));
    words.collect::<Vec<_>>().join(" ")
}

/// Any word, in quotation marks where it needs them. What cannot be shown as it is becomes a call of `printf`.
pub(crate) fn word(word: &[u8]) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(byte);
    // A `#` begins a comment only at the beginning of a word.
    let is_plain_within = |byte: &u8| is_plain(byte) || *byte == b'#';
    if let [first, rest @ ..] = word
        && is_plain(first)
        && rest.iter().all(is_plain_within)
    {
        return String::from_utf8_lossy(word).into_owned();
    }
    match std::str::from_utf8(word) {
        Ok(text) if text::one_line(text) == text => format!("'{}'", text.replace('\'', r"'\''")),
        _ => printed(word, is_plain),
    }
}

/// A substitution by which a shell makes a word of any bytes.
fn printed(word: &[u8], is_plain: impl Fn(&u8) -> bool) -> String {
    let mut format = String::new();
    for byte in word {
        if is_plain(byte) && *byte != b'%' {
            format.push(char::from(*byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(format, "\\{byte:03o}");
        }
    }
    format!("\"$(printf '{format}')\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_as_a_shell_reads_them() {
        for (name, shown) in [
            ("rows.jsonl.journal", "rows.jsonl.journal"),
            ("postgres://ada@db/chat", "postgres://ada@db/chat"),
            (
                "postgres:///chat?host=/run&port=1",
                "'postgres:///chat?host=/run&port=1'",
            ),
            ("@TGS#_a", "@TGS#_a"),
            ("#a", "'#a'"),
            ("-x", "./-x"),
            ("- a", "'./- a'"),
            ("it's", r"'it'\''s'"),
            ("$HOME `id`", "'$HOME `id`'"),
            ("话题.csv", "'话题.csv'"),
            ("", "''"),
            ("a\nb%", r#""$(printf 'a\012b\045')""#),
            ("\u{202e}x", r#""$(printf '\342\200\256x')""#),
        ] {
            assert_eq!(path(Path::new(name)), shown, "{name:?}");
        }
    }

    #[test]
    fn a_command_stands_as_it_was_typed() {
        let words = ["topic-import", "import", "my rows.jsonl", "-q", "it's"];
        assert_eq!(
            command(&words.map(OsString::from)),
            r"topic-import import 'my rows.jsonl' -q 'it'\''s'"
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_shell_reads_what_is_meant() {
        use std::os::unix::ffi::OsStrExt as _;
        for name in [
            &b"a b"[..],
            b"it's \"x\" $HOME `id` \\n",
            b"\xff%s\n-\x1b[2J",
            "话题 \u{202e}".as_bytes(),
        ] {
            let path = self::path(Path::new(std::ffi::OsStr::from_bytes(name)));
            let script = format!("printf %s {path}");
            let said = std::process::Command::new("sh")
                .args(["-c", &script])
                .output();
            assert_eq!(said.unwrap().stdout, name, "{script}");
        }
    }
}
