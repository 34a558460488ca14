//! The format of a file, by its name and by how it begins.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::input::format::{Format, page};
use crate::input::parts::GZIP;
use crate::input::text::elements::{Broken, Found, Names, Wanted, read};
use crate::input::text::encoding::{Decoded, Utf8Count};
use crate::input::text::json_text::JsonText;

impl Format {
    /// The format that a file's extension tells, in any case and before a further `gz`: `jsonl`, `ndjson`, `csv`, `tsv`,
    /// `xlsx`, `xls` and `ods` say it all. A file that is called `json` is looked into: it may be one document, or have an
    /// object on each line.
    pub fn detect(path: &Path) -> Option<Self> {
        let extension = |path: &Path| {
            let extension = path.extension()?.to_str()?;
            Some(extension.to_ascii_lowercase())
        };
        let own = extension(path)?;
        let inner = (own == "gz").then(|| extension(Path::new(path.file_stem()?)));
        match &*inner.unwrap_or(Some(own))? {
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
    let begins = File::open(path).and_then(|file| {
        let mut file = BufReader::new(file);
        if file.fill_buf()?.starts_with(GZIP) {
            begins_so(BufReader::new(MultiGzDecoder::new(file)))
        } else {
            begins_so(file)
        }
    });
    // Whoever reads it whole says what is wrong with it.
    begins.unwrap_or(false)
}

fn begins_so(bytes: impl BufRead) -> io::Result<bool> {
    begins_a_document(Decoded::new(bytes, None, Utf8Count::default())?)
}

/// A document begins with a list, with an object that goes on after its line, or with one that holds a list of objects:
/// such a one is never taken for one row. So it is with a page that is all there is, and has no rows.
fn begins_a_document(text: impl BufRead) -> io::Result<bool> {
    let mut text = JsonText::new(text)?;
    match text.peek()? {
        Some(b'[') => return Ok(true),
        Some(b'{') => {}
        _ => return Ok(false),
    }
    let begins = text.at().next_line();
    let wanted = Wanted {
        places: Vec::new(),
        members: Some(Names::default()),
        own: Vec::new(),
        is_lines: false,
    };
    let (mut has_list, mut is_page) = (false, false);
    let read = read(&mut text, &wanted, &mut |found| {
        match found {
            Found::Element(_) => has_list = true,
            Found::End(document) => {
                is_page = page::is_page(&document);
            }
            Found::Stray { .. } | Found::BadLine { .. } => {}
        }
        ControlFlow::Break(())
    });
    let goes_on = text.at().line() > begins;
    match read {
        Ok(()) if has_list || goes_on => Ok(true),
        // Rows that look like it are seldom alone.
        Ok(()) => Ok(is_page && text.peek()?.is_none()),
        Err(Broken::Io(error)) => Err(error),
        // One that ends in the middle is told so by whoever reads it whole.
        Err(Broken::Cut(_)) => Ok(true),
        Err(Broken::Document(_)) => Ok(goes_on),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::text::lines::MAX_LINE_BYTES;

    #[test]
    fn a_document_is_told_from_lines() {
        for (text, is_document) in [
            ("[", true),
            ("[]\n[]\n", true),
            ("{\n  \"rooms\": [", true),
            ("{\"ok\":true,\"rooms\":[{\"name\":\"a\"}]}\r\n", true),
            ("{\"rooms\":[{\"name\":", true),
            ("{\"rooms\":[{}]}\n{\"rooms\":[{}]}\n", false),
            ("{\"rooms\":[{\"a\":1}]}\n{\"rooms\":[{\"a\":2}]}\n", true),
            ("{\"data\":{\"rooms\":[{\"a\":1}]}}\n", true),
            ("{\"name\":\"a\",\"members\":[{\"name\":\"b\"}]}\n", false),
            ("{\"name\":\"a\",\"tags\":[\"x\"]}\n", false),
            ("{\"name\":\"a\",\"tags\":[],\"total\":0}\n", false),
            ("{\"label\":\"a\",\"tags\":[]}\n", false),
            (
                "{\"ok\":true,\"channel\":{\"id\":\"C1\",\"tags\":[]}}\n",
                false,
            ),
            ("{\"ok\":true,\"channel\":null}\n", false),
            (
                "{\"errCode\":0,\"data\":{\"total\":0,\"groups\":[]}}\n",
                true,
            ),
            (
                "{\"errCode\":0,\"data\":{\"total\":2,\"groups\":null}}\n",
                true,
            ),
            (
                "{\"label\":\"a\",\"tags\":[],\"total\":0}\n{\"label\":\"b\"}\n",
                false,
            ),
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
                (format!("{{\"rooms\":[{row}]}}\n{{}}"), true),
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
