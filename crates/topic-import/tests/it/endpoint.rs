//! Endpoints that are not what they should be: one clear sentence, the right exit status, nothing counted as imported.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use topic_import_emulator::{Emulator, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

use crate::support::{Bench, Ran, named_row, unnamed_row};

const LOOK: &str =
    "Check --region or --endpoint, and --service. Then run the same command again.\n";
const UNREACHABLE: &str =
    "Check --region or --endpoint and the network. Then run the same command again.\n";

/// A server that does the same with every connection.
pub(crate) struct Scripted {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Scripted {
    /// What `serve` gives back stays open to the end.
    fn serving(mut serve: impl FnMut(TcpStream) -> Option<TcpStream> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            let mut open = Vec::new();
            for stream in listener.incoming() {
                if told.load(Ordering::SeqCst) {
                    break;
                }
                open.extend(stream.ok().and_then(&mut serve));
            }
        });
        Self {
            address,
            is_over,
            thread: Some(thread),
        }
    }

    /// Reads a request whole, and answers what `answer` makes of its first line.
    pub(crate) fn answering(answer: impl Fn(&str) -> String + Send + 'static) -> Self {
        Self::serving(move |stream| {
            let request_line = read_request(&stream)?;
            // A client that has gone away misses nothing.
            let _ = (&stream).write_all(answer(&request_line).as_bytes());
            None
        })
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// The first line of a request, which is read to its end; `None` where it breaks off.
fn read_request(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut request_line = String::new();
    reader.read_line(&mut request_line).ok()?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    Some(request_line)
}

pub(crate) fn response(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

fn import(origin: &str, row: &str) -> Ran {
    Bench::calling(origin)
        .without_preflight()
        .file("rows.jsonl", row.to_owned() + &named_row("second"))
        .run(&[
            "import",
            "rows.jsonl",
            "--give-up-after",
            "1s",
            "--output",
            "json",
        ])
}

/// Nobody can say what became of a call. A row with an ID stays pending; one without is named as unknown.
fn assert_in_doubt(server: &Scripted, what: &str) {
    let ran = import(&server.origin(), &named_row("a"));
    assert_eq!(ran.counts(), "2 rows: 2 pending");
    let gave_up = format!("topic-import: gave up: {what}.\n");
    assert_eq!(
        (ran.status, &*ran.stderr),
        (3, &*format!("{gave_up}{LOOK}"))
    );

    let ran = import(&server.origin(), &unnamed_row("a"));
    assert_eq!(ran.counts(), "2 rows: 1 unknown 1 pending");
    let row = format!(
        "rows.jsonl:1: a: unknown: may or may not have been imported: {what}: the row has no TopicId: look for the topic in the community; --retry unknown would import it a second time if it is there\n"
    );
    assert_eq!(
        (ran.status, &*ran.stderr),
        (3, &*format!("{row}{gave_up}{LOOK}"))
    );
}

/// The call cannot have been executed, and no other will be.
fn assert_not_sent(origin: &str, counts: &str, stderr: &str) {
    for row in [named_row("a"), unnamed_row("a")] {
        let ran = import(origin, &row);
        assert_eq!(
            (ran.status, &*ran.counts(), &*ran.stderr),
            (1, counts, stderr)
        );
    }
}

#[test]
fn an_endpoint_that_refuses_connections() {
    let closed = Scripted::serving(|_| None).address;
    assert_not_sent(
        &format!("http://{closed}"),
        "2 rows: 2 pending",
        &format!(
            "topic-import: gave up: could not connect to the service: the connection was refused (http://{closed}).\n{UNREACHABLE}"
        ),
    );
}

#[test]
fn an_endpoint_that_hangs() {
    assert_in_doubt(
        &Scripted::serving(Some),
        "the request was sent, but no complete answer came back: no complete answer arrived in time",
    );
}

#[test]
fn an_endpoint_that_closes_at_once() {
    assert_in_doubt(
        &Scripted::serving(|stream| read_request(&stream).and(None)),
        "the request was sent, but no complete answer came back: the connection was lost before the answer was complete",
    );
}

#[test]
fn an_endpoint_that_gives_half_an_answer() {
    let half = |_: &str| {
        "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"ActionStatus\":\"OK\",\"Err".into()
    };
    assert_in_doubt(
        &Scripted::answering(half),
        "the request was sent, but no complete answer came back: the connection was lost before the answer was complete",
    );
}

#[test]
fn an_endpoint_that_speaks_another_protocol() {
    assert_in_doubt(
        &Scripted::answering(|_| "SSH-2.0-OpenSSH_9.9\r\n".into()),
        "the request was sent, but no complete answer came back: the connection was lost before the answer was complete",
    );
}

#[test]
fn an_endpoint_that_answers_500() {
    assert_in_doubt(
        &Scripted::answering(|_| response("500 Internal Server Error", "<h1>Oops</h1>")),
        "the service or a proxy failed (HTTP status 500)",
    );
}

#[test]
fn an_endpoint_that_answers_a_page() {
    assert_in_doubt(
        &Scripted::answering(|_| response("200 OK", "<html>\u{1b}[2JWelcome</html>\n")),
        "something that is not the API answered: the answer is not JSON, or is cut short; \
         it begins \"<html>\\u{1b}[2JWelcome</html>\\n\"",
    );
}

#[test]
fn an_endpoint_that_answers_other_json() {
    assert_in_doubt(
        &Scripted::answering(|_| response("200 OK", "{\"status\":\"ok\"}")),
        "something that is not the API answered: the answer does not have the API's envelope; it begins \"{\\\"status\\\":\\\"ok\\\"}\"",
    );
}

#[test]
fn an_endpoint_that_answers_404_or_redirects() {
    for (status, what) in [
        (
            "404 Not Found",
            "the endpoint does not know this call: is the endpoint right? (HTTP status 404)",
        ),
        (
            "302 Found",
            "the endpoint redirects, which is never followed: is the endpoint right? (HTTP status 302)",
        ),
        (
            "401 Unauthorized",
            "the endpoint asks for a password, as the API never does: is the endpoint right? (HTTP status 401)",
        ),
    ] {
        let server = Scripted::answering(move |_| response(status, "<h1>No</h1>"));
        assert_not_sent(
            &server.origin(),
            "2 rows: 1 held 1 pending",
            &format!("topic-import: stopped: {what}.\n{LOOK}"),
        );
    }
}

#[test]
fn an_endpoint_that_answers_as_the_service_never_does_leaves_its_row_in_doubt() {
    for (status, number) in [("403 Forbidden", 403), ("203 Transformed", 203)] {
        let server = Scripted::answering(move |_| response(status, "<h1>No</h1>"));
        let what = format!(
            "something between here and the service answered, perhaps after the service had done its work: \
             is there a proxy or a filter on the way? (HTTP status {number})"
        );
        let stopped = format!("topic-import: stopped: {what}.\n{LOOK}");
        let ran = import(&server.origin(), &named_row("a"));
        assert_eq!(
            (ran.status, &*ran.counts(), &*ran.stderr),
            (3, "2 rows: 2 pending", &*stopped)
        );
        let ran = import(&server.origin(), &unnamed_row("a"));
        assert_eq!(
            (ran.status, &*ran.counts()),
            (3, "2 rows: 1 unknown 1 pending")
        );
        assert!(
            ran.stderr
                .starts_with("rows.jsonl:1: a: unknown: may or may not have been imported: ")
                && ran.stderr.ends_with(&stopped),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let emulator = Emulator::builder().start().unwrap();
    let target = emulator.origin();
    let server = Scripted::answering(move |request_line| {
        let path = request_line.split(' ').nth(1).unwrap_or_default();
        let redirect = response("307 Temporary Redirect", "");
        redirect.replace("\r\n\r\n", &format!("\r\nLocation: {target}{path}\r\n\r\n"))
    });
    assert_eq!(import(&server.origin(), &named_row("a")).status, 1);
    assert_eq!(emulator.state().calls_len(), 0);
}

#[test]
fn an_endpoint_that_repeats_the_url_does_not_make_the_signature_known() {
    // `Bench::run` looks for secrets in everything that is printed.
    let page = Scripted::answering(|url| response("200 OK", url));
    assert_eq!(import(&page.origin(), &unnamed_row("a")).status, 3);
    let info = Scripted::answering(|url| {
        let answer =
            serde_json::json!({"ActionStatus": "FAIL", "ErrorCode": 10004, "ErrorInfo": url});
        response("200 OK", &answer.to_string())
    });
    let ran = import(&info.origin(), &unnamed_row("a"));
    assert_eq!((ran.status, &*ran.counts()), (2, "2 rows: 2 rejected"));
    let status = Scripted::answering(|url| response("404 Not Found", url));
    assert_eq!(import(&status.origin(), &unnamed_row("a")).status, 1);
}

#[test]
fn the_words_of_an_endpoint_break_no_line_and_steer_no_terminal() {
    let server = Scripted::answering(|_| {
        let answer =
            r#"{"ActionStatus":"FAIL","ErrorCode":10004,"ErrorInfo":"bad\n\u001b[2Jfield\r"}"#;
        response("200 OK", answer)
    });
    let ran = import(&server.origin(), &unnamed_row("a"));
    let words = r"10004 invalid parameter (bad\n\u{1b}[2Jfield\r): correct the field that ErrorInfo names (it does not always name one)";
    assert_eq!(
        ran.stderr,
        format!(
            "rows.jsonl:1: a: rejected: {words}\nrows.jsonl:2: second: rejected: {words}\n\
             topic-import: 2 rows failed. To correct them: topic-import report rows.jsonl.journal --failed mend.jsonl\n"
        )
    );
}

#[test]
fn a_certificate_that_nobody_trusts_is_refused_and_one_that_is_named_is_trusted() {
    let emulator = Emulator::builder().https().start().unwrap();
    assert_not_sent(
        &emulator.origin(),
        "2 rows: 2 pending",
        &format!(
            "topic-import: gave up: could not connect to the service: the host's certificate is not trusted ({}).\n\
             If you trust the authority that issued it, name its certificate with --ca-file. Then run the same command again.\n",
            emulator.origin()
        ),
    );
    assert_eq!(emulator.state().calls_len(), 0);

    let bench = Bench::calling(&emulator.origin())
        .env("TOPIC_IMPORT_SDK_APP_ID", TRIAL_SDK_APP_ID.to_string())
        .env("TOPIC_IMPORT_SECRET_KEY", TRIAL_SECRET_KEY)
        .file("ca.pem", emulator.certificate_authority().unwrap())
        .file("rows.jsonl", named_row("a"));
    bench
        .run(&["import", "rows.jsonl", "--ca-file", "ca.pem"])
        .assert_summary(0, "1 row: 1 imported; 1 call", "");
}

#[test]
fn an_endpoint_without_tls_where_it_is_expected_gets_nothing() {
    let server = Scripted::answering(|_| response("400 Bad Request", ""));
    let origin = server.origin().replace("http://", "https://");
    let ran = import(&origin, &named_row("a"));
    assert_eq!((ran.status, &*ran.counts()), (1, "2 rows: 2 pending"));
    assert!(
        ran.stderr
            .starts_with("topic-import: gave up: could not connect to the service: "),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.ends_with(UNREACHABLE), "{}", ran.stderr);
}
