//! Whether a journal belongs to what is asked for.

use topic_import_bulk::check::{CheckSettings, TopicIds};
use topic_import_bulk::input::{AccountDigits, Fingerprint, Format, Input, RowSettings};
use topic_import_bulk::journal::{
    Identity, IdentityPart, Journal as _, JournalError, Loading as _, OpenJournal, SqliteJournal,
};
use topic_import_bulk::load::load;
use topic_import_core::{SdkAppId, Service};

use crate::support::{JournalFile, Trial, jsonl_input, named_row, wait};

const ORIGIN: &str = "https://adminapikr.im.qcloud.com:443";

fn target() -> Identity {
    Identity::of_target(SdkAppId::new(1), ORIGIN, Service::GroupOpenHttpSvc)
}

fn input(format: Format, settings: RowSettings) -> Input {
    Input::bytes([], format, settings)
}

fn plain_input() -> Input {
    input(Format::Csv, RowSettings::default())
}

/// The service chooses the IDs.
fn by_service() -> CheckSettings {
    let mut checks = CheckSettings::default();
    checks.topic_ids = TopicIds::Service;
    checks
}

fn run() -> Identity {
    target().with_input(
        &plain_input(),
        Fingerprint::default(),
        &CheckSettings::default(),
    )
}

fn journal_of_a_run(file: &JournalFile) -> SqliteJournal {
    let loading = SqliteJournal::create(&file.path()).unwrap();
    loading.finish(&run()).unwrap()
}

#[test]
fn a_journal_belongs_to_the_run_that_began_it_and_to_its_target() {
    let file = JournalFile::new();
    drop(journal_of_a_run(&file));
    for journal in [
        file.open(),
        SqliteJournal::open_to_read(&file.path()).unwrap(),
    ] {
        wait(journal.belongs_to(&run())).unwrap();
        wait(journal.belongs_to(&target())).unwrap();
    }
}

/// Nothing but this differs.
#[track_caller]
fn assert_differs(
    file: &JournalFile,
    journal: &SqliteJournal,
    asked_for: &Identity,
    (what, found, wanted, words): (IdentityPart, &str, &str, &str),
) {
    let error = wait(journal.belongs_to(asked_for)).unwrap_err();
    let text = error.to_string();
    let JournalError::AnotherRun {
        journal: name,
        differences,
    } = error
    else {
        panic!("{text}");
    };
    assert_eq!(name, file.path().as_path().into());
    let [difference] = &*differences else {
        panic!("{text}");
    };
    assert_eq!(difference.part, what);
    assert_eq!(difference.journal, found);
    assert_eq!(difference.asked_for, wanted);
    assert_eq!(difference.to_string(), words);
    assert!(text.ends_with(words), "{text}");
}

#[test]
fn what_differs_is_named_as_it_is_and_as_it_was_asked_for() {
    let file = JournalFile::new();
    let journal = journal_of_a_run(&file);
    let default = Fingerprint::default();
    let other_fingerprint = Fingerprint::parse(&"7".repeat(64)).unwrap();
    let mut with_group = RowSettings::default();
    with_group.group_id = Some("@TGS#_a".parse().unwrap());
    let mut as_number = RowSettings::default();
    as_number.account_digits = AccountDigits::Number;
    let of = |target: Identity, input: &Input| {
        target.with_input(input, default, &CheckSettings::default())
    };
    let of_target = |id, origin, service| {
        of(
            Identity::of_target(SdkAppId::new(id), origin, service),
            &plain_input(),
        )
    };
    for (asked_for, what, found, wanted, words) in [
        (
            of_target(2, ORIGIN, Service::GroupOpenHttpSvc),
            IdentityPart::SdkAppId,
            "1",
            "2",
            "the SDKAppID was 1, and is 2 now",
        ),
        (
            of_target(1, "http://127.0.0.1:8787", Service::GroupOpenHttpSvc),
            IdentityPart::Origin,
            ORIGIN,
            "http://127.0.0.1:8787",
            "the endpoint was https://adminapikr.im.qcloud.com:443, and is http://127.0.0.1:8787 now",
        ),
        (
            of_target(1, ORIGIN, Service::MillionGroupOpenHttpSvc),
            IdentityPart::Service,
            "group_open_http_svc",
            "million_group_open_http_svc",
            "the service was group_open_http_svc, and is million_group_open_http_svc now",
        ),
        (
            target().with_input(&plain_input(), other_fingerprint, &CheckSettings::default()),
            IdentityPart::Input,
            &default.to_string(),
            &other_fingerprint.to_string(),
            "the input's content has changed",
        ),
        (
            of(target(), &input(Format::Jsonl, RowSettings::default())),
            IdentityPart::Format,
            "csv",
            "jsonl",
            "the format was csv, and is jsonl now",
        ),
        (
            of(target(), &input(Format::Csv, with_group)),
            IdentityPart::GroupId,
            "",
            "@TGS#_a",
            "the GroupId for all rows was not given, and is @TGS#_a now",
        ),
        (
            of(target(), &input(Format::Csv, as_number)),
            IdentityPart::AccountDigits,
            "text",
            "number",
            "the type of an account that is all digits was text, and is number now",
        ),
        (
            target().with_input(&plain_input(), default, &by_service()),
            IdentityPart::TopicIds,
            "derived",
            "service",
            "the kind of TopicIds was derived, and is service now",
        ),
    ] {
        assert_differs(&file, &journal, &asked_for, (what, found, wanted, words));
    }
}

#[test]
fn how_tables_are_read_is_part_of_what_a_run_is() {
    let file = JournalFile::new();
    let journal = journal_of_a_run(&file);
    let of = |settings| {
        let input = input(Format::Csv, settings);
        target().with_input(&input, Fingerprint::default(), &CheckSettings::default())
    };
    let mut in_gbk = RowSettings::default();
    in_gbk.encoding = Some("gbk".parse().unwrap());
    let mut of_a_sheet = RowSettings::default();
    of_a_sheet.sheet = Some("Topics".into());
    let mut in_zone = RowSettings::default();
    in_zone.time_zone = Some("+0800".parse().unwrap());
    for (asked_for, what, found, wanted, words) in [
        (
            of(in_gbk),
            IdentityPart::Encoding,
            "",
            "GBK",
            "the encoding was not given, and is GBK now",
        ),
        (
            of(of_a_sheet),
            IdentityPart::Sheet,
            "",
            "Topics",
            "the sheet was not given, and is Topics now",
        ),
        (
            of(in_zone),
            IdentityPart::TimeZone,
            "",
            "+08:00",
            "the zone of times without one was not given, and is +08:00 now",
        ),
    ] {
        assert_differs(&file, &journal, &asked_for, (what, found, wanted, words));
    }
}

#[test]
fn a_choice_is_told_as_what_was_done_and_what_is_done_now() {
    let default = Fingerprint::default();
    let of = |settings| {
        let input = input(Format::Csv, settings);
        target().with_input(&input, default, &CheckSettings::default())
    };
    let mut with_archived = RowSettings::default();
    with_archived.include_archived = true;
    let mut fitted = RowSettings::default();
    fitted.fit = true;
    for (made, asked_for, words, named) in [
        (
            RowSettings::default(),
            with_archived.clone(),
            "what is archived was left out, and is included now",
            "--x was not given, and is now",
        ),
        (
            with_archived,
            RowSettings::default(),
            "what is archived was included, and is left out now",
            "--x was given, and is not now",
        ),
        (
            fitted,
            RowSettings::default(),
            "what is too long was shortened, and is refused now",
            "--x was given, and is not now",
        ),
    ] {
        let file = JournalFile::new();
        let loading = SqliteJournal::create(&file.path()).unwrap();
        let journal = loading.finish(&of(made)).unwrap();
        let error = wait(journal.belongs_to(&of(asked_for))).unwrap_err();
        let JournalError::AnotherRun { differences, .. } = error else {
            panic!("{error}");
        };
        let [difference] = &*differences else {
            panic!("{differences:?}");
        };
        assert_eq!(difference.to_string(), words);
        assert_eq!(difference.named("--x"), named);
    }
}

#[test]
fn all_differences_are_named() {
    let file = JournalFile::new();
    let journal = journal_of_a_run(&file);
    let asked_for = Identity::of_target(SdkAppId::new(2), "x", Service::MillionGroupOpenHttpSvc)
        .with_input(
            &input(Format::Jsonl, RowSettings::default()),
            Fingerprint::parse(&"7".repeat(64)).unwrap(),
            &by_service(),
        );
    let Err(JournalError::AnotherRun { differences, .. }) = wait(journal.belongs_to(&asked_for))
    else {
        panic!("it belongs to another run");
    };
    let what: Vec<&str> = differences
        .iter()
        .map(|difference| difference.part.name())
        .collect();
    let expected = [
        "sdk_app_id",
        "origin",
        "service",
        "input_sha256",
        "format",
        "topic_ids",
    ];
    assert_eq!(what, expected);
}

#[test]
fn a_run_of_which_nothing_was_accepted_is_begun_anew_for_another_endpoint_alone() {
    let file = JournalFile::new();
    drop(journal_of_a_run(&file));
    let open = || OpenJournal::from(file.open());
    let of = |origin, format| {
        let target = Identity::of_target(SdkAppId::new(1), origin, Service::GroupOpenHttpSvc);
        let input = input(format, RowSettings::default());
        target.with_input(&input, Fingerprint::default(), &CheckSettings::default())
    };
    assert_eq!(wait(open().continue_or_remove(&run())).unwrap(), []);

    for (origin, format) in [(ORIGIN, Format::Jsonl), ("x", Format::Jsonl)] {
        let error = wait(open().continue_or_remove(&of(origin, format))).unwrap_err();
        assert!(matches!(error, JournalError::AnotherRun { .. }), "{error}");
        assert!(file.path().exists());
    }

    let differed = wait(open().continue_or_remove(&of("x", Format::Csv))).unwrap();
    let parts: Vec<_> = differed.iter().map(|differs| differs.part).collect();
    assert_eq!(parts, [IdentityPart::Origin]);
    let error = SqliteJournal::open(&file.path()).unwrap_err();
    assert!(matches!(error, JournalError::NotLoaded { .. }), "{error}");
    let anew = SqliteJournal::create(&file.path()).unwrap();
    anew.finish(&of("x", Format::Csv)).unwrap();
}

#[test]
fn a_run_of_which_something_was_accepted_is_not_begun_anew() {
    let (first, second, file) = (Trial::new(), Trial::new(), JournalFile::new());
    let rows = jsonl_input(&named_row("a"));
    let of = |trial: &Trial| {
        let fingerprint = rows.fingerprint().unwrap();
        Identity::of_client(&trial.client()).with_input(
            &rows,
            fingerprint,
            &CheckSettings::default(),
        )
    };
    let (_, loading) = load(
        SqliteJournal::create(&file.path()).unwrap(),
        &rows,
        &CheckSettings::default(),
        |_| {},
    )
    .unwrap();
    let journal = loading.unwrap().finish(&of(&first)).unwrap();
    assert!(first.run(&journal).end.summary.is_complete());
    let journal = OpenJournal::from(journal);
    assert_eq!(wait(journal.continue_or_remove(&of(&first))).unwrap(), []);
    let error = wait(journal.continue_or_remove(&of(&second))).unwrap_err();
    assert!(error.to_string().contains("the endpoint was "), "{error}");
    assert!(file.path().exists());
}
