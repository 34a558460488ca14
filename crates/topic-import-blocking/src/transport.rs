use std::io::{self, Read as _};
use std::time::Duration;

use rustls::CertificateError;
use topic_import_core::http::{self, HttpRequest, HttpResponse, MAX_ANSWER_BYTES, SendFailure};
use topic_import_core::{ClientSettings, TransportError, TransportErrorKind};
use ureq::unversioned::transport::{Connector as _, DefaultConnector};
use ureq::{Agent, Body, Error, Timeout};

use crate::connector::{QueryConnector, with_query};
use crate::resolver::{LaterResolver, ResolveError, ResolvingConnector};
use crate::tls::{self, TlsError};

/// More threads than are of use at once.
const MAX_IDLE_CONNECTIONS: usize = 1024;

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Trusted certificates are missing or unusable.
    #[error("no secure connection can be made")]
    Tls(#[from] TlsError),
}

/// Carries requests: one try each, no redirect, the answer's size bounded.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    agent: Agent,
    /// What the HTTP library keeps to unless a request says otherwise.
    timeout: Duration,
}

impl Transport {
    pub(crate) fn new(settings: &ClientSettings) -> Result<Self, BuildError> {
        let config = Agent::config_builder()
            .tls_config(tls::config(settings)?)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(MAX_IDLE_CONNECTIONS)
            .max_idle_connections_per_host(MAX_IDLE_CONNECTIONS)
            .timeout_connect(Some(settings.connect_timeout))
            .timeout_global(Some(settings.answer_timeout));
        // Plain HTTP stays on this machine: it must not leave through a proxy.
        let config = if settings.is_plain_http() {
            config.proxy(None)
        } else {
            config
        };
        let connector =
            ResolvingConnector::before(DefaultConnector::default()).chain(QueryConnector);
        let agent = Agent::with_parts(config.build(), connector, LaterResolver::default());
        Ok(Self {
            agent,
            timeout: settings.answer_timeout,
        })
    }

    /// Sends one request and reads the answer.
    pub(crate) fn send(&self, request: &HttpRequest) -> Result<HttpResponse, SendFailure> {
        let (url, query) = request.url_and_query();
        let (answer, has_left) = with_query(query, || self.exchange(url, request));
        answer.map_err(|error| {
            if has_left {
                maybe_sent(error)
            } else {
                SendFailure::NotSent(TransportError::new(connect_error_kind(&error), error))
            }
        })
    }

    fn exchange(&self, url: &str, request: &HttpRequest) -> Result<HttpResponse, Error> {
        let mut sending = self
            .agent
            .post(url)
            .header("Content-Type", http::CONTENT_TYPE);
        // A request with a time of its own takes settings of its own: only the last one before a deadline has them.
        if request.timeout != self.timeout {
            sending = sending
                .config()
                .timeout_global(Some(request.timeout))
                .build();
        }
        let response = sending.send(&request.body[..])?;
        let status = response.status().as_u16();
        // What else a body says is of no use: only status 200 is an answer of the API.
        let body = match status {
            200 => read_body(response.into_body())?,
            _ => Vec::new(),
        };
        Ok(HttpResponse::new(status, body))
    }
}

/// Reads a body up to one byte more than an answer may have.
fn read_body(body: Body) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    let most = MAX_ANSWER_BYTES as u64 + 1;
    body.into_reader().take(most).read_to_end(&mut read)?;
    Ok(read)
}

fn maybe_sent(error: Error) -> SendFailure {
    let kind = match error {
        Error::Timeout(_) => TransportErrorKind::AnswerTimeout,
        _ => TransportErrorKind::Broken,
    };
    SendFailure::MaybeSent(TransportError::new(kind, error))
}

fn connect_error_kind(error: &Error) -> TransportErrorKind {
    match error {
        Error::HostNotFound | Error::Timeout(Timeout::Resolve) => TransportErrorKind::Dns,
        Error::Timeout(_) => TransportErrorKind::ConnectTimeout,
        Error::Other(error) if error.is::<ResolveError>() => TransportErrorKind::Dns,
        Error::Http(_) | Error::BadUri(_) | Error::LargeResponseHeader(..) => {
            TransportErrorKind::Request
        }
        Error::Rustls(error) => tls_error_kind(error),
        Error::Tls(_) => TransportErrorKind::Tls,
        Error::Io(error) => io_error_kind(error),
        _ => TransportErrorKind::Connect,
    }
}

fn io_error_kind(error: &io::Error) -> TransportErrorKind {
    let wrapped = error.get_ref().and_then(|wrapped| wrapped.downcast_ref());
    match (wrapped, error.kind()) {
        (Some(tls), _) => tls_error_kind(tls),
        (None, io::ErrorKind::ConnectionRefused) => TransportErrorKind::Refused,
        _ => TransportErrorKind::Connect,
    }
}

fn tls_error_kind(error: &rustls::Error) -> TransportErrorKind {
    let reason = match error {
        rustls::Error::InvalidCertificate(reason) => reason,
        rustls::Error::InvalidMessage(_) => return TransportErrorKind::NotTls,
        _ => return TransportErrorKind::Tls,
    };
    match reason {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => TransportErrorKind::CertificateExpired,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TransportErrorKind::CertificateName
        }
        _ => TransportErrorKind::CertificateUntrusted,
    }
}
