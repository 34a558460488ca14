//! A request over plain TCP.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use topic_import_core::http::{HttpRequest, HttpResponse, SendFailure};
use topic_import_core::{TransportError, TransportErrorKind};

pub fn send(request: &HttpRequest) -> Result<HttpResponse, SendFailure> {
    let (url, query) = request.url_and_query();
    let address = url.trim_start_matches("http://");
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let stream = TcpStream::connect(host).map_err(|error| {
        SendFailure::NotSent(TransportError::new(TransportErrorKind::Connect, error))
    })?;
    exchange(stream, host, &format!("/{path}?{query}"), request).map_err(|error| {
        SendFailure::MaybeSent(TransportError::new(TransportErrorKind::Broken, error))
    })
}

fn exchange(
    mut stream: TcpStream,
    host: &str,
    target: &str,
    request: &HttpRequest,
) -> io::Result<HttpResponse> {
    stream.set_read_timeout(Some(request.timeout))?;
    write!(
        stream,
        "POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        request.body.len()
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
    let status = status.ok_or(io::ErrorKind::InvalidData)?;
    Ok(HttpResponse::new(status, body.into()))
}
