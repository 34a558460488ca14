//! `PgBouncer` before a server, as many providers of PostgreSQL have it.

use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Database, SUPERUSER, free_port, user};

/// Where Debian and its kin keep it.
const PROGRAM: &str = "/usr/sbin/pgbouncer";
const STARTS_WITHIN: Duration = Duration::from_mins(1);
/// Serves until its standard input is closed, which it is when the test process is gone; then it leaves nothing.
const KEEPER: &str = r#"
trap '' INT TERM HUP
"$pgbouncer" "$directory/pgbouncer.ini" >"$directory/log" 2>&1 </dev/null &
pooler=$!
read -r _
kill -INT "$pooler"
wait "$pooler"
rm -rf "$directory"
"#;

/// A pooler that gives each transaction one of a few sessions of the server, whichever is free.
#[derive(Debug)]
pub struct Pooler {
    port: u16,
    _process: Child,
    _words: ChildStdin,
}

impl Pooler {
    /// A pooler with so many sessions of a database's server.
    pub fn before(database: &Database<'_>, sessions: usize) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("topic-import-pgbouncer-")
            .tempdir()
            .unwrap()
            .keep();
        let port = free_port();
        let server = database.server;
        let settings = format!(
            "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {}/users\npool_mode = transaction\n\
             default_pool_size = {sessions}\nmax_client_conn = 100\nserver_round_robin = 1\n",
            server.directory.display(),
            server.port,
            directory.display(),
        );
        fs::write(directory.join("pgbouncer.ini"), settings).unwrap();
        fs::write(directory.join("users"), format!("\"{SUPERUSER}\" \"\"\n")).unwrap();
        user::give(&directory);
        let mut process = user::command("sh")
            .args(["-c", KEEPER])
            .env("pgbouncer", find())
            .env("directory", &directory)
            .current_dir(&directory)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let words = process.stdin.take().unwrap();
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                began.elapsed() < STARTS_WITHIN,
                "PgBouncer does not start; its log:\n{}",
                fs::read_to_string(directory.join("log")).unwrap_or_default()
            );
            thread::sleep(Duration::from_millis(20));
        }
        Self {
            port,
            _process: process,
            _words: words,
        }
    }

    /// The database's address through it.
    pub fn url(&self, database: &Database<'_>) -> String {
        let Self { port, .. } = self;
        let name = database.name();
        format!("postgres://{SUPERUSER}@127.0.0.1:{port}/{name}?sslmode=disable")
    }
}

fn find() -> PathBuf {
    let debian = PathBuf::from(PROGRAM);
    if debian.is_file() {
        return debian;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|directory| directory.join("pgbouncer"))
        .find(|program| program.is_file())
        .expect(
            "this test needs PgBouncer: `cargo xtask test` installs it on Debian as root; elsewhere \
             install the package pgbouncer",
        )
}
