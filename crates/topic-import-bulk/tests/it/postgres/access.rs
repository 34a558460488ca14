//! Databases that cannot be used, and why not.

use topic_import_bulk::Outcome;
use topic_import_bulk::check::TopicIds;
use topic_import_bulk::journal::{
    Identity, Journal as _, JournalError, Loading as _, Order, PostgresJournal, Role,
};
use topic_import_core::{SdkAppId, Service};
use topic_import_shared_quota::Database;
use topic_import_test_postgres::{self as postgres, PASSWORD};

use super::Run;
use crate::journal::kept::{Kept as _, sound_rows};
use crate::support::{Place, jsonl_input, lines, named_row, read_rows, unnamed_row, wait};

fn identity() -> Identity {
    Identity::of_target(SdkAppId::new(1), "http://localhost", Service::default())
}

fn create(database: &Database) -> Result<(), JournalError> {
    PostgresJournal::create(database, "run")?
        .finish(&identity())
        .map(|_| ())
}

/// Every word that is said of an error.
fn told(error: &JournalError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text} {cause} {cause:?}");
        source = cause.source();
    }
    text
}

#[test]
fn a_password_opens_the_database_and_a_wrong_one_is_refused_and_never_shown() {
    let kept_in = postgres::server().database();
    let database = Database::parse(&kept_in.url()).unwrap();
    create(&database.clone().with_password(PASSWORD)).unwrap();

    let wrong = "not-the-testers-password";
    let refused = database.clone().with_password(wrong);
    for error in [
        create(&refused).unwrap_err(),
        wait(PostgresJournal::open(&refused, "run")).unwrap_err(),
        create(&database).unwrap_err(),
    ] {
        assert!(
            matches!(error, JournalError::AccessDenied { .. }),
            "{error:?}"
        );
        assert!(
            error
                .to_string()
                .contains("run in postgres://tester@127.0.0.1")
        );
        assert!(!told(&error).contains(wrong), "{}", told(&error));
    }
    let right = database.with_password(PASSWORD);
    let journal = wait(PostgresJournal::open(&right, "run")).unwrap();
    wait(async {
        journal.begin(Role::Import(&[])).await.unwrap();
        assert!(!format!("{journal:?}").contains(PASSWORD));
    });
    let kept = kept_in.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%password%' AND pid <> pg_backend_pid()");
    assert_eq!(kept, "0");
}

#[test]
fn an_encrypted_connection_is_only_made_to_a_server_that_is_trusted() {
    let server = postgres::server();
    let kept_in = server.database();
    let directory = tempfile::tempdir().unwrap();
    let certificate_in = |name: &str, pem: &str| {
        let path = directory.path().join(name).display().to_string();
        std::fs::write(&path, pem).unwrap();
        path
    };
    let own = certificate_in("own.pem", server.certificate());
    let trusting = Database::parse(&format!("{}&sslrootcert={own}", kept_in.tls_url()));
    let trusting = trusting.unwrap().with_password(PASSWORD);
    create(&trusting).unwrap();
    wait(async {
        let journal = PostgresJournal::open(&trusting, "run").await.unwrap();
        journal.begin(Role::Import(&[])).await.unwrap();
        let encrypted = format!(
            "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
             WHERE datname = '{}' AND application_name = 'topic-import'",
            kept_in.name()
        );
        assert_eq!(kept_in.sql(&encrypted), "t");
        journal.leave().await.unwrap();
    });
    let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let other = certificate_in("other.pem", &other.cert.pem());
    for untrusted in [None, Some("system"), Some(&*other)] {
        let database = Database::parse_with(&kept_in.tls_url(), untrusted).unwrap();
        let error = create(&database.with_password(PASSWORD)).unwrap_err();
        assert!(told(&error).contains("certificate"), "{}", told(&error));
    }
}

#[test]
fn a_database_or_a_server_that_is_not_there_is_said_to_be() {
    let kept_in = postgres::server().database();
    let elsewhere = kept_in.socket_url().replace(kept_in.name(), "nowhere");
    let error = create(&Database::parse(&elsewhere).unwrap()).unwrap_err();
    assert!(
        matches!(error, JournalError::NoDatabase { .. }),
        "{error:?}"
    );

    let closed = "postgres://tester@127.0.0.1:1/topics?sslmode=disable";
    let error = create(&Database::parse(closed).unwrap()).unwrap_err();
    assert!(
        matches!(error, JournalError::Unreachable { .. }),
        "{error:?}"
    );
}

#[test]
fn a_user_without_rights_is_told_so_when_creating_opening_and_working() {
    let kept_in = postgres::server().database();
    let owner = Database::parse(&kept_in.socket_url()).unwrap();
    kept_in.sql("CREATE ROLE guest_of_access LOGIN");
    let guest = Database::parse(&kept_in.socket_url_of("guest_of_access")).unwrap();
    let is_not_permitted =
        |error: &JournalError| matches!(error, JournalError::NotPermitted { .. });
    let error = create(&guest).unwrap_err();
    assert!(is_not_permitted(&error), "{error:?}");
    create(&owner).unwrap();
    let error = wait(PostgresJournal::open(&guest, "run")).unwrap_err();
    assert!(is_not_permitted(&error), "{error:?}");
    // Who may read may look at the run, and no more.
    kept_in.sql("GRANT USAGE ON SCHEMA topic_import TO guest_of_access; GRANT SELECT ON ALL TABLES IN SCHEMA topic_import TO guest_of_access");
    wait(async {
        let journal = PostgresJournal::open(&guest, "run").await.unwrap();
        assert_eq!(journal.summary().await.unwrap().rows, 0);
        let error = journal.begin(Role::Join).await.unwrap_err();
        assert!(is_not_permitted(&error), "{error:?}");
    });
}

#[test]
fn a_schema_that_another_version_made_is_left_alone() {
    let kept_in = postgres::server().database();
    let database = Database::parse(&kept_in.socket_url()).unwrap();
    create(&database).unwrap();
    for (version, who) in [(7, "a later version"), (1, "an earlier version")] {
        kept_in.sql(&format!(
            "UPDATE topic_import.version SET version = {version}"
        ));
        for error in [
            create(&database).unwrap_err(),
            wait(PostgresJournal::open(&database, "run")).unwrap_err(),
        ] {
            assert!(error.to_string().contains(who), "{error}");
            let JournalError::AnotherVersion { found, known, .. } = error else {
                panic!("{error:?}");
            };
            assert_eq!((found, known), (version, 6));
        }
    }
}

#[test]
fn runs_are_told_apart_by_their_names() {
    let kept_in = postgres::server().database();
    let database = Database::parse(&kept_in.socket_url()).unwrap();
    let unknown = || wait(PostgresJournal::open(&database, "run")).unwrap_err();
    assert!(matches!(unknown(), JournalError::Missing { .. }));
    assert_eq!(wait(PostgresJournal::runs(&database)).unwrap().len(), 0);
    // One that is being loaded is not there, and nobody else can load it.
    let loading = PostgresJournal::create(&database, "run").unwrap();
    let error = PostgresJournal::create(&database, "run").unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error:?}");
    assert!(matches!(unknown(), JournalError::Missing { .. }));
    // Of one whose loading was cut off, nothing is left.
    drop(loading);
    while wait(PostgresJournal::open(&database, "run")).is_err() {
        // The server notices that the connection is gone.
        if let Ok(loading) = PostgresJournal::create(&database, "run") {
            loading.finish(&identity()).unwrap();
        }
    }
    PostgresJournal::create(&database, "another's run")
        .unwrap()
        .finish(&identity())
        .unwrap();
    let runs = wait(PostgresJournal::runs(&database)).unwrap();
    assert_eq!(runs, ["run", "another's run"]);
    let error = PostgresJournal::create(&database, "run").unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error:?}");
}

#[test]
fn a_run_may_get_its_name_once_its_rows_are_there() {
    let kept_in = postgres::server().database();
    let database = Database::parse(&kept_in.socket_url()).unwrap();
    let load = || {
        let mut loading = PostgresJournal::create(&database, "provisional").unwrap();
        loading.append(&sound_rows(3)).unwrap();
        loading.rename("run")
    };
    let loading = load().unwrap();
    // Nobody else can load it, nor go on with it before it is finished.
    let error = PostgresJournal::create(&database, "run").unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error:?}");
    loading.finish(&identity()).unwrap();
    assert_eq!(wait(PostgresJournal::runs(&database)).unwrap(), ["run"]);
    let journal = wait(PostgresJournal::open(&database, "run")).unwrap();
    assert_eq!(wait(journal.summary()).unwrap().pending, 3);
    let error = load().unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error:?}");
}

#[test]
fn rows_that_only_the_others_make_invalid_are_rejected_in_a_database_as_well() {
    let run = Run::new();
    let text = lines([named_row("a"), named_row("a"), unnamed_row(), unnamed_row()]);
    drop(Place::load(&run, &jsonl_input(&text), TopicIds::Derived));
    wait(async {
        let journal = Run::open(&run).await;
        let summary = journal.summary().await.unwrap();
        assert_eq!((summary.rows, summary.pending, summary.rejected), (4, 3, 1));
        let rows = read_rows(&journal, &Outcome::ALL, Order::Input).await;
        let message = rows[1].cause.what.as_deref().unwrap();
        assert!(
            message.starts_with("TopicId: is the same as in an earlier line"),
            "{message}"
        );
        assert!(rows[1].as_read.is_some() && rows[1].request.is_none());
        let ids =
            [2, 3].map(|row: usize| rows[row].topic().unwrap().topic_id().unwrap().to_string());
        assert_eq!(ids[1], format!("{}-2", ids[0]));
        assert_eq!(
            rows.iter().map(|row| row.is_derived).collect::<Vec<_>>(),
            [false, false, true, true]
        );
    });
}

#[test]
fn a_run_of_another_app_says_what_differs() {
    let run = Run::of(&sound_rows(1));
    wait(async {
        let journal = Run::open(&run).await;
        let error = journal.belongs_to(&identity()).await.unwrap_err();
        let JournalError::AnotherRun { differences, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(differences.len(), 2, "{error}");
    });
}

#[test]
fn a_run_is_not_removed_under_a_worker_and_no_worker_begins_on_a_removed_one() {
    let run = Run::of(&sound_rows(1));
    wait(async {
        let (one, other) = (Run::open(&run).await, Run::open(&run).await);
        one.begin(Role::Import(&[])).await.unwrap();
        let error = other.remove_untouched().await.unwrap_err();
        assert!(matches!(error, JournalError::InUse { .. }), "{error}");
        one.leave().await.unwrap();
        assert!(other.remove_untouched().await.unwrap());
        // Somebody removed it already.
        assert!(other.remove_untouched().await.unwrap());
        let error = one.begin(Role::Import(&[])).await.unwrap_err();
        assert!(matches!(error, JournalError::Missing { .. }), "{error}");
        assert_eq!(one.summary().await.unwrap().rows, 0);
    });
    let left = "SELECT count(*) FROM topic_import.run WHERE name = ";
    assert_eq!(run.sql(&format!("{left}'{}'", run.name())), "0");
}

#[test]
fn the_view_shows_every_row() {
    let run = Run::of(&sound_rows(2));
    wait(async {
        let journal = Run::open(&run).await;
        journal.begin(Role::Import(&[])).await.unwrap();
        journal.claim(1).await.unwrap();
    });
    let shown = run.sql(&format!(
        "SELECT number, line, state, \"TopicName\" FROM topic_import.report WHERE run = '{}' ORDER BY number",
        run.name()
    ));
    assert_eq!(shown, "1|1|in_flight|x\n2|2|pending|x");
}
