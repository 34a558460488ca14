use std::time::{Duration, Instant};

use topic_import_core::http::{self, HttpRequest, HttpResponse, SendFailure};
use topic_import_core::{TransportError, TransportErrorKind};
use topic_import_driver::{ClientSettings, Proxies, ProxyError};
use ureq::http::Uri;

use crate::connector::Connector;
use crate::idle_connections::IdleConnections;
use crate::tls::TlsError;

/// The longest time that an attempt may take, even if a longer one is set.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(24 * 3600);
const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Trusted certificates are missing or unusable.
    #[error("no secure connection can be made")]
    Tls(#[from] TlsError),
    /// The environment names a proxy that cannot be used.
    #[error("no proxy can be used")]
    Proxy(#[from] ProxyError),
}

/// Sends each request once, follows no redirects and limits the size of answers.
///
/// ureq only makes the connections. It logs whole URLs, and the query of a request's URL contains the signature.
#[derive(Debug)]
pub(crate) struct Transport {
    connector: Connector,
    proxies: Proxies,
    idle: IdleConnections,
}

impl Transport {
    pub(crate) fn new(settings: &ClientSettings) -> Result<Self, BuildError> {
        Ok(Self {
            connector: Connector::new(settings)?,
            proxies: settings.proxies()?,
            idle: IdleConnections::default(),
        })
    }

    /// Sends one request and reads the answer.
    pub(crate) fn send(&self, request: &HttpRequest) -> Result<HttpResponse, SendFailure> {
        let until = Instant::now() + request.timeout.min(LONGEST_ATTEMPT);
        let (url, query) = request.url_and_query();
        let uri: Uri = url.parse().map_err(|error| {
            SendFailure::NotSent(TransportError::new(TransportErrorKind::Request, error))
        })?;
        let mut connection = if let Some(idle) = self.idle.take(&uri) {
            idle
        } else {
            let proxy = self.proxies.for_url(url);
            let connected = self.connector.connect(&uri, proxy, until);
            connected.map_err(|error| SendFailure::NotSent(error.through(proxy)))?
        };
        connection.until = until;
        // From here on, the service may have seen the request or a part of it.
        let answer = connection.exchange(&message(&uri, query, &request.body));
        let (response, is_free) = answer.map_err(|error| {
            let kind = if error.is_timeout() {
                TransportErrorKind::AnswerTimeout
            } else {
                TransportErrorKind::Broken
            };
            SendFailure::MaybeSent(TransportError::new(kind, error))
        })?;
        if is_free {
            self.idle.keep(connection);
        }
        Ok(response)
    }
}

fn message(uri: &Uri, query: &str, body: &[u8]) -> Vec<u8> {
    let method = http::METHOD;
    let path = uri.path();
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let content_type = http::CONTENT_TYPE;
    let length = body.len();
    let head = format!(
        "{method} {path}?{query} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {USER_AGENT}\r\nAccept: */*\r\n\
         Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}
