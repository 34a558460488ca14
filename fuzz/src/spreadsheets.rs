//! Rows of a spreadsheet: of an Xlsx or an ODS. The library that reads an older `.xls` takes memory without end where it is
//! damaged on purpose (`SECURITY.md`).

use std::io::{Cursor, Write as _};
use std::panic;
use std::sync::Once;
use std::thread;

use topic_import_bulk::input::{Format, RowSettings, SPREADSHEET_THREAD};
use zip::CompressionMethod::Stored;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::choices::Choices;
use crate::sound::read_soundly;

const WORKBOOK: &str =
    "<workbook><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";
const RELATIONS: &str = "<Relationships><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
const ROOT: &str = "<Relationships><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
const SHEET: &str = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>TopicName</t></is></c></row></sheetData></worksheet>";

/// The files of an Xlsx that an input may bring, in this order, and what they are where it does not.
const XLSX: [(&str, &str); 6] = [
    ("xl/worksheets/sheet1.xml", SHEET),
    ("xl/sharedStrings.xml", "<sst/>"),
    ("xl/styles.xml", "<styleSheet/>"),
    ("xl/workbook.xml", WORKBOOK),
    ("xl/_rels/workbook.xml.rels", RELATIONS),
    ("_rels/.rels", ROOT),
];

/// Ends a file of the archive in an input.
const END: u8 = 0x1e;

/// A panic of the library that reads spreadsheets is caught, and no finding.
static HEED_NO_CAUGHT_PANIC: Once = Once::new();

fn heed_no_caught_panic() {
    let heed = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().name() != Some(SPREADSHEET_THREAD) {
            heed(panic);
        }
    }));
}

pub(crate) fn run(input: &[u8]) {
    HEED_NO_CAUGHT_PANIC.call_once(heed_no_caught_panic);
    let mut choices = Choices::new(input);
    let book = if choices.byte() & 1 > 0 {
        xlsx(choices.rest())
    } else {
        ods(choices.rest())
    };
    let mut settings = RowSettings::default();
    settings.time_zone = Some("+08:00".parse().unwrap());
    read_soundly(&Format::Spreadsheet, &settings, &book);
}

fn xlsx(files: &[u8]) -> Vec<u8> {
    let mut given = files.split(|byte| *byte == END);
    archive(&XLSX.map(|(name, default)| {
        let given = given.next().filter(|file| !file.is_empty());
        (name, given.unwrap_or(default.as_bytes()))
    }))
}

fn ods(content: &[u8]) -> Vec<u8> {
    archive(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("META-INF/manifest.xml", b"<manifest/>"),
        ("content.xml", content),
    ])
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = SimpleFileOptions::default().compression_method(Stored);
        archive.start_file(*name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}
