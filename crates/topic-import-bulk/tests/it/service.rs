//! A service that answers as a test tells it to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// What was asked.
pub(crate) struct Request {
    /// Path and query.
    pub(crate) target: String,
    pub(crate) body: String,
}

/// Answers every request with status 200 and this body. It lives as long as the process.
pub(crate) fn answering(answer: fn(&Request) -> String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || serve(stream.unwrap(), answer));
        }
    });
    address
}

fn serve(stream: TcpStream, answer: fn(&Request) -> String) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    while let Some(request) = read_request(&mut reader) {
        let body = answer(&request);
        let length = body.len();
        write!(
            writer,
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
    }
}

/// The next request; `None` when the client has gone.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut target = None;
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if target.is_none() {
            target = line.split(' ').nth(1).map(str::to_owned);
        }
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap(),
            None if line == "\r\n" => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        target: target?,
        body: String::from_utf8(body).ok()?,
    })
}
