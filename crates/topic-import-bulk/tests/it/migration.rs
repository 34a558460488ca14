//! A whole migration as a program makes one.

use std::future::pending;
use std::sync::Arc;

use topic_import_bulk::{
    BeginSettings, CallSettings, ImportSettings, JournalError, JournalPlace, Migration,
    MigrationError, Outcome, Summary, WorkProgress,
};

use topic_import_emulator::Emulator;

use crate::support::{JournalFile, Trial, jsonl_input, lines, named_row, topic_id, wait};
use topic_import_bulk::journal::IdentityPart;

fn rows() -> String {
    lines((0..3).map(named_row))
}

async fn open_or_begin(
    trial: &Trial,
    file: &JournalFile,
    rows: &str,
) -> Result<Migration, MigrationError> {
    let place = JournalPlace::File(file.path());
    let settings = BeginSettings::default();
    Migration::open_or_begin(&trial.client(), place, jsonl_input(rows), settings).await
}

async fn import(migration: &Migration) -> Summary {
    let progress = Arc::new(WorkProgress::default());
    let settings = ImportSettings::default();
    let import = migration.import(&settings, &progress, pending(), |failure| {
        panic!("{failure:?}")
    });
    import.await.unwrap().summary
}

#[test]
fn a_migration_begins_is_taken_up_is_verified_and_is_undone() {
    let (trial, file) = (Trial::new(), JournalFile::new());
    wait(async {
        let begun = open_or_begin(&trial, &file, &rows()).await.unwrap();
        drop(begun);
        let migration = open_or_begin(&trial, &file, &rows()).await.unwrap();
        assert_eq!(import(&migration).await.imported, 3);
        drop(migration);

        let place = JournalPlace::File(file.path());
        let migration = Migration::open(&trial.client(), &place).await.unwrap();
        let settings = CallSettings::default();
        let progress = Arc::new(WorkProgress::default());
        let verified =
            migration.verify(&settings, &progress, pending(), |found| panic!("{found:?}"));
        assert_eq!(verified.await.unwrap().topics.equal, 3);

        let mut there = Vec::new();
        let reported = migration.report(&[Outcome::Imported], |row| there.push(row.topic_id));
        assert!(reported.await.unwrap().is_complete());
        let expected: Vec<_> = (0..3).map(|custom| Some(topic_id(custom))).collect();
        assert_eq!(there, expected);

        let progress = Arc::new(WorkProgress::default());
        let undone = migration.undo(&settings, &progress, pending(), |left| panic!("{left:?}"));
        assert_eq!(undone.await.unwrap().destroyed, 3);
        assert_eq!(trial.emulator.state().topics_len(), 0);
    });
}

#[test]
fn an_input_with_a_bad_row_begins_only_if_bad_rows_are_to_be_skipped() {
    let (trial, file) = (Trial::new(), JournalFile::new());
    let rows = rows() + "{}\n";
    wait(async {
        let error = open_or_begin(&trial, &file, &rows).await.unwrap_err();
        let said = error.to_string();
        let MigrationError::Invalid(checked) = error else {
            panic!("{error:?}");
        };
        assert_eq!((checked.rows, checked.invalid), (4, 1));
        let first = "1 of 4 rows are invalid; the first problem: line 4";
        assert!(said.starts_with(first), "{said}");
        assert!(!file.path().exists());

        let mut settings = BeginSettings::default();
        settings.skip_invalid = true;
        let place = JournalPlace::File(file.path());
        let input = jsonl_input(&rows);
        let begun = Migration::open_or_begin(&trial.client(), place, input, settings).await;
        let summary = import(&begun.unwrap()).await;
        assert_eq!((summary.imported, summary.rejected), (3, 1));
    });
}

#[test]
fn nothing_is_left_where_a_community_is_missing_or_the_account_may_not_call() {
    let known = || Trial::of(Emulator::builder().only_listed_communities());
    for (trial, said) in [
        (
            known(),
            "1 of 1 communities cannot be relied on; the first: @TGS#_riverside: the group does not exist",
        ),
        (
            known().signing_with("another key"),
            "every call would fail: the service refused: 70009 ",
        ),
    ] {
        let file = JournalFile::new();
        wait(async {
            let error = open_or_begin(&trial, &file, &rows()).await.unwrap_err();
            let text = error.to_string();
            assert!(matches!(error, MigrationError::Unfit(_)), "{error:?}");
            assert!(text.starts_with(said), "{text}");
            assert!(!file.path().exists());
            assert_eq!(trial.calls(), 1);

            let mut settings = BeginSettings::default();
            settings.skip_preflight = true;
            let place = JournalPlace::File(file.path());
            let input = jsonl_input(&rows());
            let begun = Migration::open_or_begin(&trial.client(), place, input, settings).await;
            assert!(begun.is_ok(), "{begun:?}");
            assert_eq!(trial.calls(), 1);
        });
    }
}

#[test]
fn a_journal_of_another_input_or_of_another_endpoint_is_refused() {
    let (trial, file) = (Trial::new(), JournalFile::new());
    wait(async {
        drop(open_or_begin(&trial, &file, &rows()).await.unwrap());
        let other = lines([named_row("other")]);
        let error = open_or_begin(&trial, &file, &other).await.unwrap_err();
        let is_another = |error: &JournalError| matches!(error, JournalError::AnotherRun { .. });
        assert!(
            matches!(&error, MigrationError::Journal(error) if is_another(error)),
            "{error:?}"
        );
        let place = JournalPlace::File(file.path());
        let elsewhere = Trial::new().client();
        let error = Migration::open(&elsewhere, &place).await.unwrap_err();
        assert!(is_another(&error), "{error:?}");
    });
}

#[test]
fn a_journal_of_which_nothing_was_accepted_is_made_anew_for_another_endpoint_and_no_other_one() {
    let (first, second, file) = (Trial::new(), Trial::new(), JournalFile::new());
    wait(async {
        let begun = open_or_begin(&first, &file, &rows()).await.unwrap();
        assert!(begun.replaced().is_empty());
        drop(begun);
        let anew = open_or_begin(&second, &file, &rows()).await.unwrap();
        let replaced: Vec<_> = anew.replaced().iter().map(|part| part.part).collect();
        assert_eq!(replaced, [IdentityPart::Origin]);
        assert_eq!(import(&anew).await.imported, 3);
        drop(anew);
        let error = open_or_begin(&first, &file, &rows()).await.unwrap_err();
        assert!(error.to_string().contains("the endpoint was "), "{error}");
    });
}
