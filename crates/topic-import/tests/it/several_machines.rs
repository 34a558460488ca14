//! A run in a database, on which several machines work.

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use topic_import_emulator::{Emulator, State};
use topic_import_test_postgres::{Database, PASSWORD, Proxy, Server, server};

use crate::interrupt::send;
use crate::support::{Bench, Ran, community, named_rows};

const HINT: &str = "Begin one: topic-import import FILE --journal";

/// A machine that calls an emulator.
fn machine(emulator: &Emulator) -> Bench {
    Bench::calling_emulator(emulator)
}

/// The database as the program shows it.
fn shown(database: &Database<'_>) -> String {
    let url = database.socket_url();
    let (_, directory) = url.split_once("host=").unwrap();
    let (directory, port) = directory.split_once("&port=").unwrap();
    format!(
        "postgres://tester@{}:{port}/{}",
        directory.replace('/', "%2F"),
        database.name()
    )
}

fn spawn(bench: &Bench, arguments: &[&str], log: &str) -> Child {
    let file = |name: &str| std::fs::File::create(bench.path(&format!("{log}.{name}"))).unwrap();
    bench
        .command(arguments)
        .stdout(file("stdout"))
        .stderr(file("stderr"))
        .spawn()
        .unwrap()
}

fn ended(bench: &Bench, mut child: Child, log: &str) -> Ran {
    let status = child.wait().unwrap();
    let read = |name: &str| std::fs::read_to_string(bench.path(&format!("{log}.{name}"))).unwrap();
    let ran = Ran {
        status: status.code().expect("an exit status, not a signal"),
        stdout: read("stdout"),
        stderr: read("stderr"),
    };
    ran.assert_keeps_secrets();
    ran
}

fn wait_until_said(bench: &Bench, log: &str, what: &str) {
    let path = bench.path(&format!("{log}.stderr"));
    wait_until(|| std::fs::read_to_string(&path).unwrap().contains(what));
}

/// What the program promises is ten seconds. A loaded machine may take longer.
const SOON: Duration = Duration::from_secs(25);

fn wait_until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        thread::sleep(Duration::from_millis(5));
    }
}

fn assert_each_is_there_once(state: &State, rows: usize) {
    assert_eq!(state.topics_len(), rows);
    for row in 0..rows {
        let tries = state.tries(&format!("{}@TOPIC#_{row}", community(row)));
        assert_eq!(tries, 1, "row {row}");
    }
}

#[test]
fn a_run_in_a_database_is_imported_reported_verified_and_undone() {
    let database = server().database();
    let url = database.socket_url();
    let emulator = Emulator::builder().start().unwrap();
    let first = machine(&emulator).file("rows.jsonl", named_rows(7));
    first
        .run(&["import", "rows.jsonl", "--journal", &url])
        .assert_summary(0, "7 rows: 7 imported; 7 calls", "");
    let other = machine(&emulator);
    other
        .run(&["work", "--journal", &url])
        .assert_summary(0, "7 rows: 7 imported; 0 calls", "");
    let report = other.run(&["report", &url, "--html", "report.html", "--rows", "map.csv"]);
    assert_eq!(report.status, 0, "{report:?}");
    let page = std::fs::read_to_string(other.path("report.html")).unwrap();
    let title = format!(
        "<title>Import report: rows.jsonl in {}</title>",
        shown(&database)
    );
    assert!(page.contains(&title), "{title}");
    other
        .run(&["verify", &url])
        .assert_summary(0, "7 topics checked: 7 equal; 1 call", "");
    let asked = other.run(&["undo", &url]);
    assert!(
        asked
            .stderr
            .contains("what the run rows.jsonl in postgres://"),
        "{asked:?}"
    );
    assert_eq!((asked.status, emulator.state().topics_len()), (1, 7));
    other
        .run(&["undo", &url, "--yes"])
        .assert_summary(0, "7 topics destroyed; 1 call", "");
    assert_eq!(emulator.state().topics_len(), 0);
    for arguments in [
        &["work", "--journal", &*url][..],
        &["import", "rows.jsonl", "--journal", &url, "--quiet"],
    ] {
        let ran = first.run(arguments);
        assert_eq!(ran.status, 2, "{ran:?}");
        let said = "topic-import: 7 topics of this run were destroyed by `topic-import undo` ";
        assert!(ran.stderr.contains(said), "{ran:?}");
        let first_line = ran.stderr.lines().next().unwrap();
        assert!(
            first_line.contains(", by ") && first_line.contains('@'),
            "{first_line}"
        );
    }
}

#[test]
fn a_database_is_trusted_by_the_root_certificates_that_are_named() {
    let database = server().database();
    let url = database.tls_url();
    let emulator = Emulator::builder().start().unwrap();
    let machine = |root: &str| {
        machine(&emulator)
            .env("PGPASSWORD", PASSWORD)
            .env("PGSSLROOTCERT", root)
            .file("ca.pem", server().certificate())
            .file("rows.jsonl", named_rows(2))
    };
    let import = |bench: &Bench, url: &str| bench.run(&["import", "rows.jsonl", "--journal", url]);
    let ran = import(&machine(""), &url);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("certificate"), "{ran:?}");
    let ran = import(&machine("no.pem"), &url);
    ran.assert(
        1,
        "",
        "topic-import: --journal: the certificates in no.pem, which sslrootcert names, could not be loaded: \
         there is no such file: check the path\n",
    );
    let in_address = format!("{url}&sslrootcert=ca.pem");
    let ran = import(&machine("no.pem"), &in_address);
    ran.assert_summary(0, "2 rows: 2 imported; 2 calls", "");
    let work = machine("ca.pem").run(&["work", "--journal", &url]);
    work.assert_summary(0, "2 rows: 2 imported; 0 calls", "");
}

#[test]
fn any_machine_goes_on_without_the_input() {
    let database = server().database();
    let url = database.socket_url();
    let emulator = Emulator::builder()
        .quota(None)
        .latency(Duration::from_millis(5))
        .start()
        .unwrap();
    let first = machine(&emulator).file("rows.jsonl", named_rows(300));
    let importing = spawn(
        &first,
        &["import", "rows.jsonl", "--journal", &url],
        "import",
    );
    wait_until(|| emulator.state().topics_len() >= 20);
    send("INT", &importing);
    let stopped = ended(&first, importing, "import");
    assert_eq!(stopped.status, 3, "{stopped:?}");

    let other = machine(&emulator);
    let ran = other.run(&["work", "--journal", &url, "--output", "json"]);
    assert_eq!(
        (ran.status, ran.counts()),
        (0, "300 rows: 300 imported".to_owned())
    );
    assert_each_is_there_once(&emulator.state(), 300);
}

#[test]
fn workers_share_the_rows_and_the_quota() {
    const ROWS: usize = 600;
    const QUOTA: u32 = 200;
    let database = server().database();
    let url = database.socket_url();
    let emulator = Emulator::builder().quota(QUOTA).start().unwrap();
    let machines: Vec<Bench> = (0..3)
        .map(|_| machine(&emulator).file("rows.jsonl", named_rows(ROWS)))
        .collect();
    let import = [
        "import",
        "rows.jsonl",
        "--journal",
        &url,
        "--output",
        "json",
    ];
    let mut workers = vec![spawn(&machines[0], &import, "log")];
    wait_until(|| emulator.state().topics_len() > 0);
    for machine in &machines[1..] {
        workers.push(spawn(
            machine,
            &["work", "--journal", &url, "--output", "json"],
            "log",
        ));
    }
    for (machine, worker) in machines.iter().zip(workers) {
        let ran = ended(machine, worker, "log");
        assert_eq!(
            (ran.status, ran.counts()),
            (0, format!("{ROWS} rows: {ROWS} imported")),
            "{ran:?}"
        );
    }
    let state = emulator.state();
    assert_eq!(state.topics_len(), ROWS);
    // A machine that stalls bunches calls that left evenly; with a quota each, two thirds would be refused.
    let refused = state.calls_len() - ROWS as u64;
    assert!(refused <= ROWS as u64 / 10, "{refused} refused");
}

#[test]
fn the_database_may_be_away_for_a_while() {
    let server = Server::start();
    let database = server.database();
    let url = database.socket_url();
    let emulator = Emulator::builder().quota(None).start().unwrap();
    let bench = machine(&emulator).file("rows.jsonl", named_rows(800));
    let importing = spawn(&bench, &["import", "rows.jsonl", "--journal", &url], "log");
    wait_until(|| emulator.state().topics_len() >= 50);
    server.stop();
    // It is looked for once a second whether something is in the way.
    wait_until(|| {
        let said = std::fs::read_to_string(bench.path("log.stderr")).unwrap();
        said.contains("out of reach")
    });
    server.start_again();
    let ran = ended(&bench, importing, "log");
    ran.assert_summary(0, "800 rows: 800 imported; 800 calls", &ran.stderr);
    assert_each_is_there_once(&emulator.state(), 800);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert!(
        lines[0]
            .ends_with("; no call is sent until it is back, and then the work continues by itself"),
        "{lines:?}"
    );
    assert!(!lines[0].contains("os error"), "{lines:?}");
    assert_eq!(lines[1], "topic-import: the journal is available again");
}

#[test]
fn undo_can_be_stopped_while_the_database_is_away_and_goes_on_later() {
    const ROWS: usize = 900;
    const AWAY: &str = "the journal's database is out of reach; trying again: ";
    let server = Server::start();
    let database = server.database();
    let url = database.socket_url();
    let emulator = Emulator::builder()
        .quota(None)
        .latency(Duration::from_millis(200))
        .start()
        .unwrap();
    let bench = machine(&emulator).file("rows.jsonl", named_rows(ROWS));
    let import = ["import", "rows.jsonl", "--journal", &url, "--rate", "0"];
    assert_eq!(bench.run(&import).status, 0);
    for signals in [&["INT"][..], &["TERM"], &["INT", "INT"], &["TERM", "INT"]] {
        // A worker that could not say that it leaves is dead to the others once its lease is over.
        database.sql(
            "UPDATE topic_import.heartbeat SET lease_until = clock_timestamp() - interval '1 s'",
        );
        let calls = emulator.state().calls_len();
        let undoing = spawn(&bench, &["undo", &url, "--yes", "--rate", "0"], "log");
        wait_until(|| emulator.state().calls_len() > calls);
        server.stop();
        wait_until_said(&bench, "log", AWAY);
        let asked = Instant::now();
        for (place, name) in signals.iter().enumerate() {
            if place > 0 {
                wait_until_said(&bench, "log", "stopping");
                thread::sleep(Duration::from_millis(100));
            }
            send(name, &undoing);
        }
        let ran = ended(&bench, undoing, "log");
        assert!(asked.elapsed() < SOON, "{signals:?}: {:?}", asked.elapsed());
        assert_eq!(ran.status, 3, "{signals:?}: {ran:?}");
        if signals.len() == 1 {
            let said = "topic-import: stopped: the journal is out of reach: the last outcomes may not be in it.\n\
                Rows whose outcome was not recorded are settled when the run continues. Then run the same command again. \
                It will continue with the topics that are left.\n";
            assert!(ran.stderr.ends_with(said), "{ran:?}");
        }
        server.start_again();
    }
    database
        .sql("UPDATE topic_import.heartbeat SET lease_until = clock_timestamp() - interval '1 s'");
    let ran = bench.run(&["undo", &url, "--yes", "--rate", "0"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(emulator.state().topics_len(), 0);
    let left = database.sql("SELECT count(*) FROM topic_import.outcome WHERE state <> 'destroyed'");
    assert_eq!(left, "0");
}

#[test]
fn whoever_waits_for_a_database_that_hangs_says_so_and_can_be_stopped() {
    const ROWS: usize = 1_500;
    let database = server().database();
    let proxy = Proxy::before(&database);
    let emulator = Emulator::builder().quota(None).start().unwrap();
    let bench = machine(&emulator)
        .env("TOPIC_IMPORT_JOURNAL", proxy.url(&database))
        .env("TOPIC_IMPORT_RATE", "0")
        .file("rows.jsonl", named_rows(ROWS));
    assert_eq!(bench.run(&["import", "rows.jsonl"]).status, 0);

    // The first page is read, and the second one never comes.
    let calls = emulator.state().calls_len();
    let verifying = spawn(&bench, &["verify"], "log");
    wait_until(|| emulator.state().calls_len() > calls);
    proxy.hang();
    thread::sleep(Duration::from_secs(1));
    let is_over = std::fs::read_to_string(bench.path("log.stdout"))
        .unwrap()
        .contains("checked");
    if !is_over {
        wait_until_said(&bench, "log", "the journal's database does not answer");
        send("INT", &verifying);
    }
    let asked = Instant::now();
    let ran = ended(&bench, verifying, "log");
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    assert_eq!(ran.status, if is_over { 0 } else { 3 }, "{ran:?}");

    // Nothing has begun: the first signal ends the program.
    proxy.hang();
    for command in [
        &["report"][..],
        &["verify"],
        &["undo", "--yes"],
        &["work"],
        &["import", "rows.jsonl"],
    ] {
        let mut waiting = spawn(&bench, command, "log");
        wait_until_said(&bench, "log", "waiting for postgres://tester@127.0.0.1");
        send("TERM", &waiting);
        let asked = Instant::now();
        let status = waiting.wait().unwrap();
        assert!(asked.elapsed() < SOON, "{command:?}");
        assert_eq!(status.code(), Some(1), "{command:?}: {status}");
        let said = std::fs::read_to_string(bench.path("log.stderr")).unwrap();
        assert!(said.contains("topic-import: stopped before "), "{said}");
        assert!(!said.contains(PASSWORD), "{said}");
    }

    // One that has begun to read goes on by itself.
    proxy.go_on();
    let ran = bench.run(&["report", "--output", "json"]);
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn the_run_is_named_where_there_are_several() {
    let database = server().database();
    let (url, name) = (database.socket_url(), shown(&database));
    let emulator = Emulator::builder().start().unwrap();
    let bench = machine(&emulator).file("rows.jsonl", named_rows(1));
    let of = |command| match command {
        "work" => vec!["work", "--journal", &url],
        _ => vec![command, &url],
    };
    for command in ["work", "report", "verify", "undo"] {
        let arguments = of(command);
        let none = format!("topic-import: there is no run in {name}.\n{HINT} {name}\n");
        bench.run(&arguments).assert(1, "", &none);
    }
    for run in [&[][..], &["--run", "again"]] {
        let import = ["import", "rows.jsonl", "--journal", &url];
        assert_eq!(bench.run(&[&import, run].concat()).status, 0);
    }
    for command in ["work", "report", "verify", "undo"] {
        let arguments = of(command);
        let which = "Give --run with one of: rows.jsonl, again\n";
        let several = format!("topic-import: there are several runs in {name}.\n{which}");
        bench.run(&arguments).assert(1, "", &several);
        let unknown = format!("topic-import: there is no run third in {name}.\n{which}");
        bench
            .run(&[&arguments[..], &["--run", "third"]].concat())
            .assert(1, "", &unknown);
        if command != "undo" {
            let known = [&arguments[..], &["--run", "again"]].concat();
            assert_eq!(bench.run(&known).status, 0, "{command}");
        }
    }
}

#[test]
fn a_file_is_no_place_for_several_machines() {
    let bench = Bench::calling("http://127.0.0.1:9");
    bench.run(&["work", "--journal", "rows.jsonl.journal"]).assert(
        1,
        "",
        "topic-import: a journal in a file is for one machine: give --journal postgres://USER@HOST/DATABASE, the database of the import\n",
    );
    for address in [
        "postgres://",
        "POSTGRES://h:port/db",
        "postgres://h:port/db",
    ] {
        bench.run(&["work", "--journal", address]).assert(
            1,
            "",
            "topic-import: --journal: the database's address is not of the form postgres://user@host/database.\n\
             Write the address in that form, or name a file: one whose name is like an address, as ./NAME.\n",
        );
    }
}

/// Where a user and a password are asked for.
fn over_tcp(database: &Database<'_>) -> (String, String) {
    let url = database.url();
    (
        url.clone(),
        url.replace("tester@", &format!("tester:{PASSWORD}@")),
    )
}

#[test]
fn a_password_comes_from_the_environment() {
    let database = server().database();
    let (url, with_password) = over_tcp(&database);
    let emulator = Emulator::builder().start().unwrap();
    machine(&emulator)
        .env("PGPASSWORD", PASSWORD)
        .file("rows.jsonl", named_rows(2))
        .run(&["import", "rows.jsonl", "--journal", &url])
        .assert_summary(0, "2 rows: 2 imported; 2 calls", "");
    let bench = machine(&emulator).env("TOPIC_IMPORT_JOURNAL", &with_password);
    for command in ["work", "report", "verify"] {
        let ran = bench.run(&[command]);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(!format!("{ran:?}").contains(PASSWORD));
    }
}

#[test]
fn a_password_among_the_arguments_is_refused_and_not_repeated() {
    let url = format!("postgres://tester:{PASSWORD}@127.0.0.1:9/runs");
    let by_key = format!("postgres://127.0.0.1:9/runs?user=tester&password={PASSWORD}");
    let bench = Bench::calling("http://127.0.0.1:9").file("rows.jsonl", named_rows(1));
    let others = [
        format!("POSTGRES://tester:{PASSWORD}@127.0.0.1:9/runs"),
        format!("  PostgreSQL://tester:{PASSWORD}@127.0.0.1:9/runs"),
        format!("postgres:/tester:{PASSWORD}@127.0.0.1:9/runs"),
        format!("mysql://tester:{PASSWORD}@127.0.0.1:9/runs"),
        format!("host=127.0.0.1 user=tester password={PASSWORD}"),
        format!("host=127.0.0.1 PASSWORD = '{PASSWORD}'"),
    ];
    for url in others.iter().chain([&url, &by_key]) {
        let with_option = format!("--journal={url}");
        for arguments in [
            &["import", "rows.jsonl", "--journal", url][..],
            &["import", "rows.jsonl", "--dry-run", "--journal", url],
            &["import", "rows.jsonl", &with_option],
            &["work", "--journal", url],
            &["report", url],
            &["report", "rows.jsonl.journal", url],
            &["verify", url],
            &["undo", url, "--yes"],
            &["undo", url, "--bogus"],
            &[url],
            &["import", url],
        ] {
            bench.run(arguments).assert(
                1,
                "",
                "topic-import: a password in an argument is refused: every user of this machine can read the arguments \
                 of a running program.\nPut a database's password into PGPASSWORD, or the whole URL into TOPIC_IMPORT_JOURNAL.\n",
            );
        }
    }
}

#[test]
fn a_password_in_the_environment_is_never_repeated() {
    let wrong = [
        "postgres:/tester:hunter2@127.0.0.1:9/runs",
        "postgres//tester:hunter2@127.0.0.1:9/runs",
        "mysql://tester:hunter2@127.0.0.1:9/runs",
        "postgres://tester:hunt@hunter2@127.0.0.1:9/runs",
        "postgres://tester:hunt@h/hunter2@127.0.0.1:9/runs",
        "host=127.0.0.1 port=9 user=tester password=hunter2",
        "host=127.0.0.1 port=9 user=tester Password = 'hunter2'",
    ];
    let no_one_there = [
        "POSTGRES://tester:hunter2@127.0.0.1:9/runs",
        " PostgreSQL://tester:hunter2@127.0.0.1:9/runs",
    ];
    for (urls, said) in [
        (
            &wrong[..],
            "topic-import: --journal: the database's address is not of the form",
        ),
        (
            &no_one_there,
            "topic-import: cannot reach the database of the journal ",
        ),
    ] {
        for url in urls {
            let bench = Bench::calling("http://127.0.0.1:9")
                .env("TOPIC_IMPORT_JOURNAL", *url)
                .file("rows.jsonl", named_rows(1));
            for command in [
                &["import", "rows.jsonl"][..],
                &["work"],
                &["report"],
                &["verify"],
                &["undo", "--yes"],
            ] {
                let ran = bench.run(command);
                assert_eq!(ran.status, 1, "{url} {ran:?}");
                assert!(ran.stderr.starts_with(said), "{url} {command:?} {ran:?}");
                assert!(!format!("{ran:?}").contains("hunter2"), "{ran:?}");
            }
        }
    }
    // A variable of another name.
    let bench = Bench::calling("http://127.0.0.1:9")
        .env("TOPIC_IMPORT_RATE", no_one_there[0])
        .file("rows.jsonl", named_rows(1));
    let ran = bench.run(&["import", "rows.jsonl"]);
    assert_eq!(ran.status, 1);
    assert!(!ran.stderr.contains("hunter2"), "{ran:?}");
}

#[test]
fn what_is_wrong_with_the_database_is_said_in_a_sentence_without_the_password() {
    const WRONG: &str = "a-wrong-password-7f3a";
    let database = server().database();
    let (url, _) = over_tcp(&database);
    let name = url.trim_end_matches(database.name());
    database.sql("CREATE ROLE stranger LOGIN");
    let gone = url.replace(database.name(), "nowhere");
    let wrong = url.replace("tester@", &format!("tester:{WRONG}@"));
    let stranger = database.socket_url_of("stranger");
    for (url, password, said) in [
        (
            "postgres://tester@127.0.0.1:9/runs".to_owned(),
            "",
            "cannot reach the database of the journal ".to_owned(),
        ),
        (
            wrong,
            "",
            "the database refused the login for the journal ".into(),
        ),
        (
            url.clone(),
            WRONG,
            "the database refused the login for the journal ".into(),
        ),
        (
            url.clone(),
            "",
            "the database refused the login for the journal ".into(),
        ),
        (
            gone,
            PASSWORD,
            "there is no such database for the journal ".into(),
        ),
        (
            stranger,
            "",
            "the database's user has no right to create the journal rows.jsonl in ".into(),
        ),
    ] {
        let mut bench = Bench::calling("http://127.0.0.1:9")
            .file("rows.jsonl", named_rows(1))
            .env("TOPIC_IMPORT_JOURNAL", &url);
        if !password.is_empty() {
            bench = bench.env("PGPASSWORD", password);
        }
        let ran = bench.run(&["import", "rows.jsonl", "--rate", "0"]);
        assert_eq!((ran.status, &*ran.stdout), (1, ""), "{ran:?}");
        assert!(
            ran.stderr.starts_with(&format!("topic-import: {said}")),
            "{ran:?}"
        );
        assert_eq!(ran.stderr.lines().count(), 2, "{ran:?}");
        assert!(
            !ran.stderr.contains(WRONG) && !ran.stderr.contains(PASSWORD),
            "{ran:?}"
        );
        assert!(!ran.stderr.contains("db error"), "{ran:?}");
    }
    assert!(!name.is_empty());
}
