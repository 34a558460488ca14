//! The format of a file, by its name and by how it begins.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use serde_json::Value;

use crate::input::format::Format;
use crate::input::text::encoding::{Decoded, Utf8Count};
use crate::input::text::lines::MAX_LINE_BYTES;

impl Format {
    /// The format that a file's extension tells, in any case: `jsonl`, `ndjson`, `csv`, `tsv`, `xlsx`, `xls` and `ods` say it all. A file that is
    /// called `json` is looked into: it may be one document, or have an object on each line.
    pub fn detect(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match &*extension {
            "csv" | "tsv" | "tab" => Some(Self::Csv),
            "xlsx" | "xlsm" | "xls" | "ods" => Some(Self::Spreadsheet),
            "json" if is_document(path) => Some(Self::Json),
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            _ => None,
        }
    }
}

/// Whether a file that is called `.json` is one document, and not an object on each line.
fn is_document(path: &Path) -> bool {
    if !std::fs::metadata(path).is_ok_and(|data| data.is_file()) {
        return false;
    }
    let begins = File::open(path)
        .and_then(|file| Decoded::new(BufReader::new(file), None, Utf8Count::default()))
        .and_then(begins_a_document);
    // Whoever reads it whole says what is wrong with it.
    begins.unwrap_or(false)
}

/// A document begins with a list, with an object that goes on after its line, or with one that is alone and holds a
/// list of objects. Of a line that is longer than a row may be only its ends are looked at.
fn begins_a_document(mut text: impl BufRead) -> io::Result<bool> {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    if text.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        text.consume(BYTE_ORDER_MARK.len());
    }
    match first_byte(&mut text)? {
        Some(b'[') => return Ok(true),
        Some(b'{') => {}
        _ => return Ok(false),
    }
    let mut line = Vec::new();
    let most = MAX_LINE_BYTES as u64 + 1;
    text.by_ref().take(most).read_until(b'\n', &mut line)?;
    let mut last_byte = line.trim_ascii_end().last().copied();
    let is_whole = line.len() <= MAX_LINE_BYTES || line.ends_with(b"\n");
    if !is_whole {
        last_byte = last_byte_of_line(&mut text)?.or(last_byte);
    }
    let next_byte = first_byte(&mut text)?;
    // No comma stands between them, so that they are two values.
    if (last_byte, next_byte) == (Some(b'}'), Some(b'{')) {
        return Ok(false);
    }
    Ok(match serde_json::from_slice::<Value>(&line) {
        _ if !is_whole => true,
        Ok(Value::Object(members)) => {
            next_byte.is_none() && members.values().any(is_list_of_objects)
        }
        Ok(_) => false,
        Err(error) => error.is_eof(),
    })
}

/// The next byte that is no white space; it is not read yet.
fn first_byte(text: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let available = text.fill_buf()?;
        let first = available
            .iter()
            .position(|byte| !byte.is_ascii_whitespace());
        let (passed, is_over) = (first.unwrap_or(available.len()), available.is_empty());
        let byte = first.map(|first| available[first]);
        text.consume(passed);
        if byte.is_some() || is_over {
            return Ok(byte);
        }
    }
}

/// The last byte of the rest of a line that is no white space; the line is read then.
fn last_byte_of_line(text: &mut impl BufRead) -> io::Result<Option<u8>> {
    let mut last = None;
    loop {
        let available = text.fill_buf()?;
        let end = available.iter().position(|byte| *byte == b'\n');
        let part = &available[..end.unwrap_or(available.len())];
        last = part.trim_ascii_end().last().copied().or(last);
        let (passed, is_over) = (part.len(), end.is_some() || available.is_empty());
        text.consume(passed);
        if is_over {
            return Ok(last);
        }
    }
}

fn is_list_of_objects(value: &Value) -> bool {
    let items = value.as_array().into_iter().flatten();
    items.take(1).any(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_told_from_lines() {
        for (text, is_document) in [
            ("[", true),
            ("[]\n[]\n", true),
            ("{\n  \"rooms\": [", true),
            ("{\"ok\":true,\"rooms\":[{\"name\":\"a\"}]}\r\n", true),
            ("{\"rooms\":[{\"name\":", true),
            ("{\"rooms\":[{}]}\n{\"rooms\":[{}]}\n", false),
            ("{\"name\":\"a\",\"tags\":[\"x\"]}\n", false),
            ("{\"name\":\"a\"}\n{\"name\":\"b\"", false),
            ("{name\n", false),
            ("7", false),
            ("", false),
        ] {
            assert_eq!(
                begins_a_document(text.as_bytes()).unwrap(),
                is_document,
                "{text}"
            );
        }
    }

    #[test]
    fn a_document_is_told_from_lines_however_long_the_first_one_is() {
        let lengths = [
            64 * 1024,
            MAX_LINE_BYTES - 1,
            MAX_LINE_BYTES,
            MAX_LINE_BYTES + 1,
            3 * MAX_LINE_BYTES,
        ];
        for length in lengths {
            let filling = "x".repeat(length - r#"{"name":""}"#.len());
            let row = format!("{{\"name\":\"{filling}\"}}");
            assert_eq!(row.len(), length);
            for (text, is_document) in [
                (format!("\u{feff}{row}\n{row}\n"), false),
                (format!("{row} \r\n\r\n {{}}"), false),
                (format!("{{\"rooms\":[{row}]}}\n{{}}"), false),
                (format!("{{\"rooms\":[{row}]}}\n"), true),
                (format!("{{\"rooms\":[{row},\n{row}]}}\n"), true),
                (format!("{{\"rooms\":[{row}\n,{row}]}}\n"), true),
                (format!("[{row}\n,{row}]\n"), true),
            ] {
                assert_eq!(
                    begins_a_document(text.as_bytes()).unwrap(),
                    is_document,
                    "{length}: … {}",
                    &text[text.len() - 20..]
                );
            }
        }
    }
}
