//! The emulator, and hyper with the same answer to everything, under the same load: connections that each send the next
//! request when the answer is there, as HTTP clients do. What counts is the time that the server spends on a processor, so
//! that the load costs neither side anything.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::ops::Range;
use std::thread;

use topic_import_benches::by_hand::Caller;
use topic_import_benches::sample;

use crate::Outcome;
use crate::comparison::{Comparison, rounds};
use crate::effort::Effort;
use crate::peer::Peer;
use crate::server::Kind;
use crate::table::{Row, Target};

const CONNECTIONS: u64 = 8;

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let calls = effort.of(40_000) / CONNECTIONS * CONNECTIONS;
    let bare = Peer::start(Kind::Fixed)?;
    let emulator = Peer::start(Kind::Emulator)?;
    let mut first = 0;
    let mut first_of_bare = 0;
    let pairs = rounds(
        effort.rounds,
        || per_cpu_second(&emulator, calls, &mut first),
        || per_cpu_second(&bare, calls, &mut first_of_bare),
    )?;
    Ok(vec![Row::new(
        "emulator: calls per second of CPU time",
        "bare hyper with a fixed answer",
        Comparison::of(&pairs).in_numbers(),
        Target::AtLeast(0.25, "×"),
    )])
}

/// Calls that a second of the server's CPU time carries; each imports a further topic.
fn per_cpu_second(server: &Peer, calls: u64, first: &mut u64) -> Outcome<f64> {
    let head = head(server);
    let each = calls / CONNECTIONS;
    let begun = server.cpu()?;
    thread::scope(|scope| {
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|connection| {
                let (head, from) = (&head, *first + connection * each);
                scope.spawn(move || call(server, head, from..from + each))
            })
            .collect();
        for connection in connections {
            connection.join().map_err(|_| "a thread panicked")??;
        }
        Outcome::Ok(())
    })?;
    *first += calls;
    // A smoke test is over within a tick.
    Ok(calls as f64 / (server.cpu()? - begun).max(0.01))
}

/// What every request begins with.
fn head(server: &Peer) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let url = Caller::new("", now.unwrap_or_default().as_secs()).url(7);
    format!(
        "POST {url} HTTP/1.1\r\nhost: {}\r\naccept: */*\r\ncontent-type: application/json\r\ncontent-length: ",
        server.address
    )
}

fn call(server: &Peer, head: &str, numbers: Range<u64>) -> io::Result<()> {
    let mut stream = TcpStream::connect(server.address)?;
    stream.set_nodelay(true)?;
    let (mut request, mut body, mut answer) = (Vec::new(), Vec::new(), [0; 4096]);
    for number in numbers {
        body.clear();
        sample::write_row(number, &mut body)?;
        request.clear();
        write!(request, "{head}{}\r\n\r\n", body.len())?;
        request.extend_from_slice(&body);
        stream.write_all(&request)?;
        // The answer is short and comes in one piece.
        let length = stream.read(&mut answer)?;
        if !str::from_utf8(&answer[..length]).is_ok_and(is_success) {
            let text = String::from_utf8_lossy(&answer[..length]);
            return Err(io::Error::other(text.into_owned()));
        }
    }
    Ok(())
}

fn is_success(answer: &str) -> bool {
    answer.ends_with('}') && answer.contains("\"ErrorCode\":0,")
}
