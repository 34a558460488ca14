use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response, StatusCode};
use rustls::CertificateError;
use topic_import_core::http::{self, HttpRequest, HttpResponse, MAX_ANSWER_BYTES, SendFailure};
use topic_import_core::{ClientSettings, TransportError, TransportErrorKind};

use crate::outgoing_body::{Departure, OutgoingBody};
use crate::tls::{self, TlsError};
use crate::url_cache::UrlCache;

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Trusted certificates are missing or unusable.
    #[error("no secure connection can be made")]
    Tls(#[from] TlsError),
    /// The HTTP library refused its settings.
    #[error("the HTTP client could not be built")]
    Http(#[source] reqwest::Error),
}

/// Carries requests: one try each, no redirect, the answer's size bounded.
#[derive(Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
    urls: UrlCache,
    /// What the HTTP library keeps to unless a request says otherwise.
    timeout: Duration,
}

impl Transport {
    pub(crate) fn new(settings: &ClientSettings) -> Result<Self, BuildError> {
        let is_plain = settings.is_plain_http();
        let tls = if is_plain {
            tls::trusting_nobody()?
        } else {
            tls::trusting(&settings.extra_certificates)?
        };
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .tcp_nodelay(true)
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.answer_timeout);
        // Plain HTTP stays on this machine: it must not leave through a proxy.
        let builder = if is_plain {
            builder.no_proxy()
        } else {
            builder
        };
        let http = builder.build().map_err(BuildError::Http)?;
        Ok(Self {
            http,
            urls: UrlCache::default(),
            timeout: settings.answer_timeout,
        })
    }

    /// Sends one request and reads the answer.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, SendFailure> {
        let (request, departure) = self.prepare(request)?;
        let response = request
            .send()
            .await
            .map_err(|error| failure(error, departure.has_begun()))?;
        let status = response.status();
        // What else a body says is of no use: only status 200 is an answer of the API.
        let body = match status {
            StatusCode::OK => read_body(response).await.map_err(maybe_sent)?,
            _ => Vec::new(),
        };
        Ok(HttpResponse::new(status.as_u16(), body))
    }

    /// The request as the HTTP library takes it, and what tells whether it has left.
    fn prepare(&self, request: HttpRequest) -> Result<(RequestBuilder, Departure), SendFailure> {
        let url = self.urls.url(&request).map_err(|error| {
            SendFailure::NotSent(TransportError::new(TransportErrorKind::Request, error))
        })?;
        let (body, departure) = OutgoingBody::new(request.body);
        let mut prepared = self
            .http
            .post(url)
            .header(CONTENT_TYPE, HeaderValue::from_static(http::CONTENT_TYPE))
            .body(reqwest::Body::wrap(body));
        // A request with a time of its own takes a map of its own: only the last one before a deadline has one.
        if request.timeout != self.timeout {
            prepared = prepared.timeout(request.timeout);
        }
        Ok((prepared, departure))
    }
}

/// Reads a body up to one byte more than an answer may have.
async fn read_body(mut response: Response) -> reqwest::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = (MAX_ANSWER_BYTES + 1) - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() > MAX_ANSWER_BYTES {
            break;
        }
    }
    Ok(body)
}

/// A request whose body was not asked for has not left: there was no connection for it.
fn failure(error: reqwest::Error, has_left: bool) -> SendFailure {
    if has_left {
        return maybe_sent(error);
    }
    let error = error.without_url();
    let kind = if error.is_builder() {
        TransportErrorKind::Request
    } else {
        connect_error_kind(&error)
    };
    SendFailure::NotSent(TransportError::new(kind, error))
}

fn maybe_sent(error: reqwest::Error) -> SendFailure {
    let kind = if error.is_timeout() {
        TransportErrorKind::AnswerTimeout
    } else {
        TransportErrorKind::Broken
    };
    SendFailure::MaybeSent(TransportError::new(kind, error.without_url()))
}

fn connect_error_kind(error: &reqwest::Error) -> TransportErrorKind {
    if error.is_timeout() {
        return TransportErrorKind::ConnectTimeout;
    }
    if error.is_dns() {
        return TransportErrorKind::Dns;
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
            return TransportErrorKind::Refused;
        }
        if let Some(tls) = error.downcast_ref() {
            return tls_error_kind(tls);
        }
        // An error of I/O that wraps another one shows it here; its source is that one's source.
        cause = match io.and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    TransportErrorKind::Connect
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
