//! Writes small spreadsheets.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::CompressionMethod::Stored;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What stands in a cell.
#[derive(Clone)]
pub(crate) enum Cell {
    Text(String),
    Number(f64),
    /// Days since the end of 1899.
    Time(f64),
}

type Rows = Vec<(u32, Vec<(u32, Cell)>)>;

/// The names of sheets, and their rows and cells by their numbers from 0.
pub(crate) struct Workbook(pub(crate) Vec<(&'static str, Rows)>);

fn archive(files: &[(&str, String)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = SimpleFileOptions::default().compression_method(Stored);
        archive.start_file(*name, options).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// `A`, `B` … `AA` …
fn letters(column: u32) -> String {
    let last = char::from(b'A' + u8::try_from(column % 26).unwrap());
    match column / 26 {
        0 => last.to_string(),
        before => letters(before - 1) + &last.to_string(),
    }
}

impl Workbook {
    pub(crate) fn xlsx(&self) -> Vec<u8> {
        const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const RELATIONS: &str =
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
        let (mut sheets, mut relations, mut files) = (String::new(), String::new(), Vec::new());
        for (number, (name, rows)) in (1..).zip(&self.0) {
            write!(
                sheets,
                "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>"
            )
            .unwrap();
            write!(
                relations,
                "<Relationship Id=\"rId{number}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            )
            .unwrap();
            let mut data = String::new();
            for (row, cells) in rows {
                write!(data, "<row r=\"{}\">", row + 1).unwrap();
                for (column, cell) in cells {
                    let place = format!("{}{}", letters(*column), row + 1);
                    match cell {
                        Cell::Text(text) => write!(
                            data,
                            "<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"
                        ),
                        Cell::Number(number) => {
                            write!(data, "<c r=\"{place}\"><v>{number}</v></c>")
                        }
                        Cell::Time(days) => {
                            write!(data, "<c r=\"{place}\" s=\"1\"><v>{days}</v></c>")
                        }
                    }
                    .unwrap();
                }
                data.push_str("</row>");
            }
            files.push((
                format!("xl/worksheets/sheet{number}.xml"),
                format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{data}</sheetData></worksheet>"),
            ));
        }
        let mut all = vec![
            (
                "_rels/.rels",
                format!(
                    "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"rId1\" Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{sheets}</sheets></workbook>"
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!("<Relationships xmlns=\"{PACKAGE}\">{relations}</Relationships>"),
            ),
            (
                "xl/styles.xml",
                format!(
                    "<styleSheet xmlns=\"{MAIN}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
                ),
            ),
        ];
        all.extend(
            files
                .iter()
                .map(|(name, content)| (&**name, content.clone())),
        );
        archive(&all)
    }

    pub(crate) fn ods(&self) -> Vec<u8> {
        let mut tables = String::new();
        for (name, rows) in &self.0 {
            write!(tables, "<table:table table:name=\"{name}\">").unwrap();
            let mut next_row = 0;
            for (row, cells) in rows {
                if *row > next_row {
                    let skipped = row - next_row;
                    write!(tables, "<table:table-row table:number-rows-repeated=\"{skipped}\"><table:table-cell/></table:table-row>").unwrap();
                }
                next_row = row + 1;
                tables.push_str("<table:table-row>");
                let mut next_column = 0;
                for (column, cell) in cells {
                    if *column > next_column {
                        let skipped = column - next_column;
                        write!(
                            tables,
                            "<table:table-cell table:number-columns-repeated=\"{skipped}\"/>"
                        )
                        .unwrap();
                    }
                    next_column = column + 1;
                    match cell {
                        Cell::Text(text) => write!(
                            tables,
                            "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
                        ),
                        Cell::Number(number) => write!(
                            tables,
                            "<table:table-cell office:value-type=\"float\" office:value=\"{number}\"><text:p>?</text:p></table:table-cell>"
                        ),
                        Cell::Time(days) => {
                            let seconds = (days * 86_400.0).round();
                            let since = jiff::SignedDuration::from_secs_f64(seconds);
                            let time = jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0) + since;
                            write!(
                                tables,
                                "<table:table-cell office:value-type=\"date\" office:date-value=\"{time}\"><text:p>?</text:p></table:table-cell>"
                            )
                        }
                    }
                    .unwrap();
                }
                tables.push_str("</table:table-row>");
            }
            tables.push_str("</table:table>");
        }
        let spaces = ["office", "table", "text"].map(|name| {
            format!("xmlns:{name}=\"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0\"")
        });
        let content = format!(
            "<office:document-content {}><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
            spaces.join(" ")
        );
        archive(&[
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet".into()),
            ("META-INF/manifest.xml", "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>".into()),
            ("content.xml", content),
        ])
    }

    /// A compound file with one stream, in which records of BIFF8 stand.
    pub(crate) fn xls(&self) -> Vec<u8> {
        compound_file(&self.biff())
    }

    fn biff(&self) -> Vec<u8> {
        fn record(kind: u16, data: &[u8]) -> Vec<u8> {
            let length = u16::try_from(data.len()).unwrap();
            [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
        }
        fn text(text: &str) -> Vec<u8> {
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
        let beginning = |kind: u16| {
            record(
                0x0809,
                &[&[0, 6][..], &kind.to_le_bytes(), &[0; 12]].concat(),
            )
        };
        let end = record(0x000a, &[]);
        let formats = [0_u16, 22].map(|format| {
            record(
                0x00e0,
                &[&[0, 0][..], &format.to_le_bytes(), &[0; 16]].concat(),
            )
        });
        let sheets: Vec<Vec<u8>> = self
            .0
            .iter()
            .map(|(_, rows)| {
                let mut sheet = beginning(0x0010);
                for (row, cells) in rows {
                    for (column, cell) in cells {
                        let row = u16::try_from(*row).unwrap().to_le_bytes();
                        let column = u16::try_from(*column).unwrap().to_le_bytes();
                        let place = |format: u16| [row, column, format.to_le_bytes()].concat();
                        sheet.extend(match cell {
                            Cell::Text(content) => {
                                let length = u16::try_from(content.encode_utf16().count()).unwrap();
                                record(
                                    0x0204,
                                    &[&place(0)[..], &length.to_le_bytes(), &[1], &text(content)]
                                        .concat(),
                                )
                            }
                            Cell::Number(number) => {
                                record(0x0203, &[&place(0)[..], &number.to_le_bytes()].concat())
                            }
                            Cell::Time(days) => {
                                record(0x0203, &[&place(1)[..], &days.to_le_bytes()].concat())
                            }
                        });
                    }
                }
                sheet.extend(&end);
                sheet
            })
            .collect();
        let bound = |name: &str, place: u32| {
            let length = u8::try_from(name.encode_utf16().count()).unwrap();
            record(
                0x0085,
                &[&place.to_le_bytes()[..], &[0, 0, length, 1], &text(name)].concat(),
            )
        };
        let globals = |places: &[u32]| {
            let bounds = self
                .0
                .iter()
                .zip(places)
                .flat_map(|((name, _), place)| bound(name, *place));
            [
                beginning(0x0005),
                formats.concat(),
                bounds.collect(),
                end.clone(),
            ]
            .concat()
        };
        let mut place = globals(&vec![0; sheets.len()]).len();
        let mut places = Vec::new();
        for sheet in &sheets {
            places.push(u32::try_from(place).unwrap());
            place += sheet.len();
        }
        [globals(&places), sheets.concat()].concat()
    }
}

fn compound_file(stream: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 512;
    const END: u32 = 0xffff_fffe;
    const FREE: u32 = 0xffff_ffff;
    // Shorter streams would be kept elsewhere.
    let length = stream.len().max(4096);
    let sectors = u32::try_from(length.div_ceil(SECTOR)).unwrap();
    let words =
        |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|word| word.to_le_bytes()).collect() };
    let mut header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    header.extend([0; 16]);
    header.extend([0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
    // One table of sectors, the directory in sector 1, nothing small, and no further tables.
    header.extend(words(&[0, 1, 1, 0, 4096, END, 0, END, 0, 0]));
    header.resize(SECTOR, 0xff);
    let mut table = vec![0xffff_fffd, END];
    table.extend((1..sectors).map(|number| number + 2));
    table.push(END);
    table.resize(SECTOR / 4, FREE);
    let entry = |name: &str, kind: u8, child: u32, start: u32, size: u32| {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let bytes = u16::try_from(entry.len() + 2).unwrap();
        entry.resize(64, 0);
        entry.extend(bytes.to_le_bytes());
        entry.extend([kind, 1]);
        entry.extend(words(&[FREE, FREE, child]));
        entry.extend([0; 36]);
        entry.extend(words(&[start, size, 0]));
        entry
    };
    let mut directory = entry("Root Entry", 5, 1, END, 0);
    directory.extend(entry(
        "Workbook",
        2,
        FREE,
        2,
        u32::try_from(length).unwrap(),
    ));
    directory.resize(SECTOR, 0);
    let mut content = stream.to_vec();
    content.resize(sectors as usize * SECTOR, 0);
    [header, words(&table), directory, content].concat()
}
