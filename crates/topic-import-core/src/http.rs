//! Requests and answers as plain data, independent of any HTTP library.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::failure::TransportError;

/// The method of every request.
pub const METHOD: &str = "POST";
/// The content type of every request's body.
pub const CONTENT_TYPE: &str = "application/json";
/// The largest answer body that is accepted, in bytes (our decision). Read one byte more, so that a larger body can be
/// told from one of exactly this size.
pub const MAX_ANSWER_BYTES: usize = 1024 * 1024;
/// The most bytes that an answer's headers may have in total, counted by [`header_bytes`] (our decision).
pub const MAX_HEADER_BYTES: usize = 32 * 1024;

/// The most headers that an answer may have (our decision): far more than any server or proxy sends.
pub const MAX_HEADERS: usize = 256;

/// The bytes that a header counts towards [`MAX_HEADER_BYTES`]: its name, its value without surrounding whitespace, and
/// the four bytes of punctuation that HTTP/1.1 adds.
pub const fn header_bytes(name: &str, value: &[u8]) -> usize {
    name.len() + value.len() + ": \r\n".len()
}

/// A request to send: a `POST` of JSON. Redirects must not be followed: the URL carries the signature.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpRequest {
    /// The complete URL. Never print it: its query contains the signature.
    pub url: String,
    /// The body.
    pub body: Vec<u8>,
    /// How long the attempt may take, from connecting to the last byte of the answer.
    pub timeout: Duration,
}

impl HttpRequest {
    /// The URL without its query, which may be printed, and the query, which must not.
    pub fn url_and_query(&self) -> (&str, &str) {
        self.url.split_once('?').unwrap_or((&self.url, ""))
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("url", &format_args!("{}?…", self.url_and_query().0))
            .field("body_bytes", &self.body.len())
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// An answer that arrived completely.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// The body, at most one byte longer than [`MAX_ANSWER_BYTES`]. It may be left empty if the status is not 200.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// An answer as it arrived.
    pub const fn new(status: u16, body: Vec<u8>) -> Self {
        Self { status, body }
    }
}

/// Whether a request that got no complete answer may have reached the service. When in doubt, use
/// [`Self::MaybeSent`].
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "an adapter knows one of the two")]
pub enum SendFailure {
    /// No byte of the request can have reached the service.
    NotSent(TransportError),
    /// The request, or a part of it, may have reached the service.
    MaybeSent(TransportError),
}
