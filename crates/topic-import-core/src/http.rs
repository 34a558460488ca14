//! Requests and answers as plain data, for whatever carries them.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::failure::TransportError;

/// The method of every request.
pub const METHOD: &str = "POST";
/// The content type of every request's body.
pub const CONTENT_TYPE: &str = "application/json";
/// The most of an answer's body that is read, in bytes (decided). Read one byte more to show that there was more.
pub const MAX_ANSWER_BYTES: usize = 1024 * 1024;
/// The most of an answer's headers that is read, in bytes (decided): the sum of [`header_bytes`] of each.
pub const MAX_HEADER_BYTES: usize = 32 * 1024;

/// The most headers of an answer that are read (decided): far more than any server or proxy sends.
pub const MAX_HEADERS: usize = 256;

/// What a header counts of [`MAX_HEADER_BYTES`]: its name, its value without the space around it, and the four bytes
/// that HTTP/1.1 needs besides.
pub const fn header_bytes(name: &str, value: &[u8]) -> usize {
    name.len() + value.len() + ": \r\n".len()
}

/// A request to send: a `POST` of JSON. Redirects must not be followed: the URL carries the signature.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpRequest {
    /// The whole URL, the signature in its query: never print it.
    pub url: String,
    /// The body.
    pub body: Vec<u8>,
    /// How long the attempt may take, from connecting to the answer's last byte.
    pub timeout: Duration,
}

impl HttpRequest {
    /// The URL up to its query, fit to be printed.
    pub fn url_without_query(&self) -> &str {
        self.url_and_query().0
    }

    /// The URL up to its query, and the query, which must not be printed.
    pub fn url_and_query(&self) -> (&str, &str) {
        self.url.split_once('?').unwrap_or((&self.url, ""))
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("url", &format_args!("{}?…", self.url_without_query()))
            .field("body_bytes", &self.body.len())
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// An answer that arrived whole.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// The body, at most a byte more than [`MAX_ANSWER_BYTES`]; it may stay empty where the status is not 200.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// An answer as it came.
    pub const fn new(status: u16, body: Vec<u8>) -> Self {
        Self { status, body }
    }
}

/// What an adapter knows of a request to which no whole answer came. When in doubt, it is [`Self::MaybeSent`].
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "an adapter knows one of the two")]
pub enum SendFailure {
    /// No byte of the request can have reached the service.
    NotSent(TransportError),
    /// The request, or a part of it, may have reached the service.
    MaybeSent(TransportError),
}
