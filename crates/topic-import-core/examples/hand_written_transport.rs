//! A hand-written transport: the core decides what to send, and this program sends it over plain TCP.
//!
//!     cargo run -p topic-import -- emulate
//!     cargo run -p topic-import-core --example hand_written_transport -- http://127.0.0.1:8787

use std::error::Error;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::process::ExitCode;
use std::thread;
use std::time::{Instant, SystemTime};

use topic_import_core::http::{HttpRequest, HttpResponse, SendFailure};
use topic_import_core::{
    Call, CallError, Credentials, ImportTopic, Imported, Now, Operation as _, Origin, Pacers, Rate,
    Session, Slot, Step, TopicDraft, TransportError, TransportErrorKind,
};

/// The key that `topic-import emulate` prints. It is valid nowhere else.
const KEY: &str = "trial-key-for-the-emulator-and-valid-nowhere-else-0123456789abcd";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let origin: Origin = std::env::args().nth(1).ok_or("which endpoint?")?.parse()?;
    let credentials = Credentials::from_key(1_400_000_000, "administrator", KEY)?;
    let mut session = Session::new(origin, credentials);

    let topic = TopicDraft::new("@TGS#_by_hand", "Written by hand").own_id("written-by-hand");
    let imported = import(&mut session, topic.validate()?)?;
    println!("{} is there", imported.topic_id());
    Ok(())
}

/// The loop at the heart of every driver: carry out one step after another.
fn import(session: &mut Session, topic: ImportTopic) -> Result<Imported, CallError> {
    let start = Instant::now();
    let now = || Now {
        elapsed: start.elapsed(),
        unix_seconds: SystemTime::UNIX_EPOCH
            .elapsed()
            .map_or(0, |since| since.as_secs()),
    };
    let mut call = Call::new(topic);
    let mut pacers = Pacers::new(Rate::default());
    let mut command = ImportTopic::COMMAND;
    loop {
        match call.next(&mut *session, now(), random()) {
            Step::Pace(next) => {
                command = next;
                while let Slot::After(wait) = pacers.take(command, now().elapsed) {
                    thread::sleep(wait);
                }
            }
            Step::Send(request) => {
                let result = send(&request);
                let feedback = call.on_result(&mut *session, now(), result);
                pacers.heed(command, feedback, now().elapsed);
            }
            Step::Wait(duration) => thread::sleep(duration),
            Step::Done(outcome) => return outcome,
        }
    }
}

/// Uses the standard library's only source of randomness. A crate for random numbers serves just as well.
fn random() -> u32 {
    let hash = RandomState::new().hash_one(()).to_le_bytes();
    u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]])
}

/// Sends one request on its own connection. Only a failure before the first byte is written counts as not sent.
fn send(request: &HttpRequest) -> Result<HttpResponse, SendFailure> {
    let (url, query) = request.url_and_query();
    let (host, path) = url
        .trim_start_matches("http://")
        .split_once('/')
        .unwrap_or((url, ""));
    let mut stream = TcpStream::connect(host).map_err(|error| {
        SendFailure::NotSent(TransportError::new(TransportErrorKind::Connect, error))
    })?;
    exchange(&mut stream, host, &format!("/{path}?{query}"), request).map_err(|error| {
        SendFailure::MaybeSent(TransportError::new(TransportErrorKind::Broken, error))
    })
}

fn exchange(
    stream: &mut TcpStream,
    host: &str,
    target: &str,
    request: &HttpRequest,
) -> io::Result<HttpResponse> {
    stream.set_read_timeout(Some(request.timeout))?;
    let length = request.body.len();
    write!(
        stream,
        "POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&request.body)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Ok(HttpResponse::new(
        status.ok_or(io::ErrorKind::InvalidData)?,
        body.into(),
    ))
}
