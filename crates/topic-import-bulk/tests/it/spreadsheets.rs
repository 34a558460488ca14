//! Rows in spreadsheets.

use proptest::prelude::*;
use topic_import_bulk::check::check;
use topic_import_bulk::input::{Format, Input, Mappings, RowSettings};

use crate::support::GROUP;
use crate::workbook::{Cell, Workbook};

fn settings(sheet: Option<&str>) -> RowSettings {
    let mut settings = RowSettings::default();
    settings.sheet = sheet.map(ToOwned::to_owned);
    settings.time_zone = Some("+08:00".parse().unwrap());
    settings
}

fn topics() -> Vec<(u32, Vec<(u32, Cell)>)> {
    let text = |text: &str| Cell::Text(text.into());
    let header = ["GroupId", "TopicName", "From_Account", "CreateTime"].map(text);
    let row = |name: Cell, account: Cell, time: Cell| vec![text(GROUP), name, account, time];
    let rows = [
        header.to_vec(),
        row(
            text("船屋"),
            Cell::Number(140_019_000_001.0),
            Cell::Time(44_259.416_666_666_664),
        ),
        row(
            Cell::Number(2021.0),
            text("ada"),
            Cell::Number(1_448_357_837.0),
        ),
    ];
    // Neither the first row nor the first column is used, and an empty row stands between.
    let numbers = [1, 2, 4];
    let cells = |cells: Vec<Cell>| (1..).zip(cells).collect();
    numbers.into_iter().zip(rows.map(cells)).collect()
}

fn books() -> [Vec<u8>; 3] {
    let notes = vec![(0, vec![(0, Cell::Text("not these".into()))])];
    let book = Workbook(vec![("Topics", topics()), ("Notes", notes)]);
    [book.xlsx(), book.ods(), book.xls()]
}

#[test]
fn dates_and_numbers_become_what_a_person_sees() {
    for (place, book) in books().into_iter().enumerate() {
        let input = Input::bytes(book, Format::Spreadsheet, settings(None));
        let mut read = Vec::new();
        let end = input.each_row(|row| read.push(row)).unwrap();
        let sheet = &end.sheets[0];
        assert_eq!(
            (&*sheet.name, &*sheet.others),
            ("Topics", &["Notes".to_owned()][..])
        );
        assert_eq!(
            read.iter().map(|row| row.line).collect::<Vec<_>>(),
            [3, 5],
            "{place}"
        );
        let bodies: Vec<_> = read
            .into_iter()
            .map(|row| serde_json::to_value(row.topic.unwrap()).unwrap())
            .collect();
        assert_eq!(
            bodies,
            [
                serde_json::json!({"GroupId": GROUP, "TopicName": "船屋", "From_Account": "140019000001", "CreateTime": 1_614_823_200}),
                serde_json::json!({"GroupId": GROUP, "TopicName": "2021", "From_Account": "ada", "CreateTime": 1_448_357_837}),
            ],
            "{place}"
        );
    }
}

#[test]
fn a_sheet_is_read_by_its_name_and_has_the_header_that_csv_has() {
    for book in books() {
        let input = Input::bytes(book, Format::Spreadsheet, settings(Some("Notes")));
        let report = check(&input).unwrap();
        let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems.len(), 3);
        assert_eq!(
            problems[..2],
            [
                "1: GroupId: no column is called so; there is only \"not these\"",
                "1: TopicName: no column is called so; there is only \"not these\"",
            ]
        );
        assert!(problems[2].starts_with("1: not these: is no field of import_topic"));
    }
    for book in books() {
        let input = Input::bytes(book, Format::Spreadsheet, settings(Some("Topic")));
        let error = check(&input).unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        assert_eq!(
            source.to_string(),
            "it has no sheet \"Topic\": it has \"Topics\", \"Notes\""
        );
    }
}

#[test]
fn a_number_that_has_lost_digits_is_a_problem() {
    let mut rows = topics();
    rows[1].1[2].1 = Cell::Number(1.400_190_000_001_234e17);
    let book = Workbook(vec![("Topics", rows)]);
    for bytes in [book.xlsx(), book.ods(), book.xls()] {
        let report = check(&Input::bytes(bytes, Format::Spreadsheet, settings(None))).unwrap();
        let [problem] = &*report.problems else {
            panic!("{:?}", report.problems);
        };
        assert!(problem.to_string().starts_with(
            "3: From_Account: is \"1.40019E+17\", a number that a spreadsheet has rounded"
        ));
    }
    let mut mapped = settings(None);
    let account = "From_Account=.From_Account // .TopicName".parse();
    mapped.mappings = Mappings::new([account.unwrap()]).unwrap();
    let report = check(&Input::bytes(book.xlsx(), Format::Spreadsheet, mapped)).unwrap();
    assert!(
        report.problems[0]
            .to_string()
            .contains("a number that a spreadsheet has rounded")
    );
}

#[test]
fn a_cell_far_away_is_a_problem_and_costs_no_memory() {
    let mut rows = topics();
    rows.push((1_048_575, vec![(16_383, Cell::Text("x".into()))]));
    let bytes = Workbook(vec![("Topics", rows)]).xlsx();
    let report = check(&Input::bytes(bytes, Format::Spreadsheet, settings(None))).unwrap();
    assert!(report.header_is_bad);
    assert!(
        report.problems[0]
            .message
            .starts_with("is a record of more than"),
        "{:?}",
        report.problems
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_spreadsheet_is_refused_or_read(
        which in 0..3_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut book = books()[which].clone();
        for (place, byte) in changes {
            let place = place.index(book.len());
            book[place] = byte;
        }
        let input = Input::bytes(book, Format::Spreadsheet, settings(None));
        if let Err(error) = check(&input) {
            prop_assert!(std::error::Error::source(&error).unwrap().to_string().starts_with("it "));
        }
    }
}
