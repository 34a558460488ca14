use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response, StatusCode};
use topic_import_core::http::{
    self, HttpRequest, HttpResponse, MAX_ANSWER_BYTES, MAX_HEADER_BYTES, MAX_HEADERS, SendFailure,
    header_bytes,
};
use topic_import_core::{TransportError, TransportErrorKind};
use topic_import_driver::{ClientSettings, Proxies, Proxy, ProxyError, tls_error_kind};

use crate::outgoing_body::{Departure, OutgoingBody};
use crate::tls::{self, TlsError};

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
    /// The environment names a proxy that cannot be used.
    #[error("no proxy can be used")]
    Proxy(#[from] ProxyError),
}

/// Sends requests: once each, following no redirect, and with a limit on the size of the answer.
#[derive(Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
    proxies: Proxies,
    /// The HTTP library's timeout for requests that do not set their own.
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
        let proxies = settings.proxies()?;
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .tcp_nodelay(true)
            .http1_max_headers(MAX_HEADERS)
            .no_proxy()
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.answer_timeout);
        let builder = match proxies.proxy() {
            Some(proxy) => builder.proxy(for_reqwest(proxy, &proxies)),
            None => builder,
        };
        let http = builder.build().map_err(BuildError::Http)?;
        Ok(Self {
            http,
            proxies,
            timeout: settings.answer_timeout,
        })
    }

    /// Sends one request and reads the answer.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, SendFailure> {
        let proxy = self.proxies.for_url(&request.url);
        let (request, departure) = self.prepare(request);
        let mut response = request.send().await.map_err(|error| {
            if departure.has_begun() {
                maybe_sent(error)
            } else {
                SendFailure::NotSent(not_sent(error).through(proxy))
            }
        })?;
        check_headers(&response)?;
        let status = response.status();
        // Only status 200 comes from the API; the body of any other answer is not needed.
        let body = match status {
            StatusCode::OK => read_body(&mut response).await.map_err(maybe_sent)?,
            _ => Vec::new(),
        };
        Ok(HttpResponse::new(status.as_u16(), body))
    }

    /// The request in the HTTP library's form, and the record of whether it may have been sent.
    fn prepare(&self, request: HttpRequest) -> (RequestBuilder, Departure) {
        let (body, departure) = OutgoingBody::new(request.body);
        let mut prepared = self
            .http
            .post(request.url)
            .header(CONTENT_TYPE, HeaderValue::from_static(http::CONTENT_TYPE))
            .body(reqwest::Body::wrap(body));
        // A timeout of its own costs a request an allocation, so only the last attempt before a deadline sets one.
        if request.timeout != self.timeout {
            prepared = prepared.timeout(request.timeout);
        }
        (prepared, departure)
    }
}

fn for_reqwest(proxy: &Proxy, proxies: &Proxies) -> reqwest::Proxy {
    let proxies = proxies.clone();
    let chosen = reqwest::Proxy::custom(move |url| proxies.for_url(url.as_str()).map(Proxy::url));
    match proxy.login() {
        Some((user, password)) => chosen.basic_auth(user, password),
        None => chosen,
    }
}

/// Limits the bytes of the headers; the HTTP library limits only their number.
fn check_headers(response: &Response) -> Result<(), SendFailure> {
    let bytes =
        |(name, value): (&HeaderName, &HeaderValue)| header_bytes(name.as_str(), value.as_bytes());
    if response.headers().iter().map(bytes).sum::<usize>() > MAX_HEADER_BYTES {
        let error = "the answer's headers are larger than 32 KiB";
        let error = TransportError::new(TransportErrorKind::Broken, error);
        return Err(SendFailure::MaybeSent(error));
    }
    Ok(())
}

/// Reads a body, up to one byte more than an answer may have.
async fn read_body(response: &mut Response) -> reqwest::Result<Vec<u8>> {
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

/// The error of a request whose body was never asked for: it had no connection, so it cannot have been sent.
fn not_sent(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let kind = if error.is_builder() {
        TransportErrorKind::Request
    } else {
        connect_error_kind(&error)
    };
    TransportError::new(kind, error)
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
    if let Some(kind) = tunnel_error_kind(error) {
        return kind;
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
        // `source` of an I/O error skips the error that it wraps; `get_ref` returns it.
        cause = match io.and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    TransportErrorKind::Connect
}

/// Recognises an error of a proxy tunnel by its text, because the library does not export its type.
fn tunnel_error_kind(error: &reqwest::Error) -> Option<TransportErrorKind> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(why) = error.to_string().strip_prefix("tunnel error: ") {
            return Some(match why {
                "proxy authorization required" => TransportErrorKind::ProxyLogin,
                "unsuccessful" | "proxy response headers too long" => {
                    TransportErrorKind::ProxyRefused
                }
                _ => TransportErrorKind::ProxyUnreachable,
            });
        }
        cause = error.source();
    }
    None
}
