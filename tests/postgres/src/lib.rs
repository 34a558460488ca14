//! A private PostgreSQL for tests: started from the system's packages in a temporary directory, on a port of its own,
//! and gone with the test process, however that ends. No running server is touched.
//!
//! It does not survive a crash of the machine, and needs not to: nothing is synced.

#![allow(
    clippy::unwrap_used,
    reason = "this is for tests: a panic is how they fail"
)]

mod pooler;
mod programs;
mod proxy;
mod user;

pub use pooler::Pooler;
pub use proxy::Proxy;

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// The superuser of every test's server.
pub const SUPERUSER: &str = "tester";
/// Its password, which is asked for over TCP and not over the socket.
pub const PASSWORD: &str = "the-testers-password";
/// A loaded machine takes its time.
const STARTS_WITHIN: Duration = Duration::from_mins(2);

/// Serves until its standard input is closed, which it is when the test process is gone; then it leaves nothing.
const KEEPER: &str = r#"
trap '' INT TERM HUP
start() {
    "$bin/postgres" -D "$directory/data" -k "$directory" -p "$port" >>"$directory/log" 2>&1 </dev/null &
    server=$!
}
stop() {
    kill -"$1" "$server"
    wait "$server"
}
start
while read -r word; do
    case $word in
        start) start ;;
        stop) stop INT ;;
        crash) stop QUIT ;;
        save) rm -rf saved && cp -a data saved ;;
        restore) rm -rf data && cp -a saved data ;;
        promote) touch data/recovery.signal && echo "restore_command = 'false'" >>data/postgresql.conf ;;
    esac
done
stop QUIT
rm -rf "$directory"
"#;

/// A server of the test process.
#[derive(Debug)]
pub struct Server {
    bin: PathBuf,
    directory: PathBuf,
    port: u16,
    certificate: String,
    keeper: Mutex<Keeper>,
    databases: AtomicU64,
}

#[derive(Debug)]
struct Keeper {
    _process: Child,
    words: ChildStdin,
}

/// A database of a server.
#[derive(Debug)]
pub struct Database<'a> {
    server: &'a Server,
    name: String,
}

/// The server that the tests of this process share.
pub fn server() -> &'static Server {
    static SERVER: LazyLock<Server> = LazyLock::new(Server::start);
    &SERVER
}

impl Server {
    /// Starts a server of its own, for a test that stops it.
    pub fn start() -> Self {
        let bin = programs::find();
        let directory = tempfile::Builder::new()
            .prefix("topic-import-postgres-")
            .tempdir()
            .unwrap()
            .keep();
        user::give(&directory);
        initialise(&bin, &directory);
        let certificate = make_certificate(&directory.join("data"));
        let port = free_port();
        let mut process = user::command("sh")
            .args(["-c", KEEPER])
            .env("bin", &bin)
            .env("directory", &directory)
            .env("port", port.to_string())
            .current_dir(&directory)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let words = process.stdin.take().unwrap();
        let server = Self {
            bin,
            directory,
            port,
            certificate,
            keeper: Mutex::new(Keeper {
                _process: process,
                words,
            }),
            databases: AtomicU64::new(0),
        };
        server.wait_until_ready();
        server.psql(
            "postgres",
            &format!("ALTER ROLE {SUPERUSER} PASSWORD '{PASSWORD}'"),
        );
        server
    }

    /// A new database.
    pub fn database(&self) -> Database<'_> {
        let name = format!("test_{}", self.databases.fetch_add(1, Relaxed));
        self.psql(
            "postgres",
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        );
        Database { server: self, name }
    }

    /// The certificate with which it shows who it is, as PEM. Nobody trusts it unasked.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Stops it: connections are cut, and nobody can connect until it is [started again](Self::start_again).
    pub fn stop(&self) {
        self.say("stop");
        self.wait_until(false);
    }

    /// The same as if it had crashed.
    pub fn crash(&self) {
        self.say("crash");
        self.wait_until(false);
    }

    /// Starts it after it was stopped.
    pub fn start_again(&self) {
        self.say("start");
        self.wait_until_ready();
    }

    /// Keeps a copy of all its databases. It must be stopped.
    pub fn save(&self) {
        self.say("save");
    }

    /// Puts the [saved](Self::save) copy back: what was committed meanwhile is lost. It must be stopped.
    pub fn restore(&self) {
        self.say("restore");
    }

    /// Starts as a standby does that takes over, on a timeline of its own. It must be stopped.
    pub fn start_promoted(&self) {
        self.say("promote");
        self.start_again();
        let began = Instant::now();
        while self.psql("postgres", "SELECT pg_is_in_recovery()") == "t" {
            assert!(began.elapsed() < STARTS_WITHIN, "it stays a standby");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The process that all others of it are children of.
    pub fn process(&self) -> u32 {
        let kept = fs::read_to_string(self.directory.join("data/postmaster.pid")).unwrap();
        kept.lines().next().unwrap().parse().unwrap()
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        let log = fs::read(self.directory.join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    fn say(&self, word: &str) {
        writeln!(self.keeper.lock().unwrap().words, "{word}").unwrap();
    }

    fn wait_until_ready(&self) {
        self.wait_until(true);
    }

    fn wait_until(&self, is_ready: bool) {
        let began = Instant::now();
        while self.is_ready() != is_ready {
            assert!(
                began.elapsed() < STARTS_WITHIN,
                "PostgreSQL does not start or stop; its log:\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn is_ready(&self) -> bool {
        Command::new(self.bin.join("pg_isready"))
            .arg("-q")
            .arg("-h")
            .arg(&self.directory)
            .args(["-p", &self.port.to_string()])
            .status()
            .unwrap()
            .success()
    }

    fn psql(&self, database: &str, sql: &str) -> String {
        let output = Command::new(self.bin.join("psql"))
            .args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1"])
            .arg("-h")
            .arg(&self.directory)
            .args([
                "-p",
                &self.port.to_string(),
                "-U",
                SUPERUSER,
                "-d",
                database,
            ])
            .args(["-c", sql])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{sql}: {said}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }
}

impl Database<'_> {
    /// The database's address over TCP, unencrypted and without a password, which is [`PASSWORD`].
    pub fn url(&self) -> String {
        self.tcp_url("disable")
    }

    /// The same, encrypted; who uses it has to trust the server's [certificate](Server::certificate).
    pub fn tls_url(&self) -> String {
        self.tcp_url("require")
    }

    fn tcp_url(&self, mode: &str) -> String {
        let Server { port, .. } = self.server;
        let name = &self.name;
        format!("postgres://{SUPERUSER}@127.0.0.1:{port}/{name}?sslmode={mode}")
    }

    /// The database's address over a socket, where no password is asked for.
    pub fn socket_url(&self) -> String {
        self.socket_url_of(SUPERUSER)
    }

    /// The same for another user.
    pub fn socket_url_of(&self, user: &str) -> String {
        let directory = self.server.directory.display();
        let port = self.server.port;
        format!(
            "postgres://{user}@/{}?host={directory}&port={port}",
            self.name
        )
    }

    /// Executes SQL as superuser, and gives what it prints: columns with `|` between them, a line for each row.
    pub fn sql(&self, sql: &str) -> String {
        self.server.psql(&self.name, sql)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn initialise(bin: &Path, directory: &Path) {
    let data = directory.join("data");
    let output = user::command(bin.join("initdb"))
        .arg("-D")
        .arg(&data)
        .args(["-U", SUPERUSER, "-A", "trust", "-E", "UTF8"])
        .args(["--no-locale", "--no-sync", "--no-instructions"])
        .current_dir(directory)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "initdb failed: {said}");
    let access = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
    fs::write(data.join("pg_hba.conf"), access).unwrap();
    let mut settings = fs::OpenOptions::new()
        .append(true)
        .open(data.join("postgresql.conf"))
        .unwrap();
    // That commits are not waited for is for the tests to find out: who needs them on disk has to ask for it.
    let quick = "listen_addresses = '127.0.0.1'\nmax_connections = 300\nfsync = off\n\
        synchronous_commit = off\nssl = on\nfull_page_writes = off\nshared_buffers = '32MB'\n";
    settings.write_all(quick.as_bytes()).unwrap();
}

/// Gives the server a certificate of its own, and gives it as PEM.
fn make_certificate(data: &Path) -> String {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let certificate = made.cert.pem();
    fs::write(data.join("server.crt"), &certificate).unwrap();
    let key = data.join("server.key");
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    user::give(&key);
    certificate
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
