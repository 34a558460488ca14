use std::env;
use std::io::{self, Read as _};
use std::time::Duration;

use rustls::CertificateError;
use topic_import_core::http::{self, HttpRequest, HttpResponse, MAX_ANSWER_BYTES, SendFailure};
use topic_import_core::{
    ClientSettings, Proxies, Proxy, ProxyError, TransportError, TransportErrorKind,
};
use ureq::unversioned::transport::{Connector as _, RustlsConnector, TcpConnector};
use ureq::{Agent, Body, Error, ProxyProtocol};

use crate::connector::{QueryConnector, with_query};
use crate::resolver::{LaterResolver, NotConnected, ResolvingConnector};
use crate::tls::{self, TlsError};
use crate::tunnel::{TunnelConnector, TunnelError};

/// More threads than are of use at once.
const MAX_IDLE_CONNECTIONS: usize = 1024;

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

/// Carries requests: one try each, no redirect, the answer's size bounded.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    agent: Agent,
    proxies: Proxies,
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
            .timeout_global(Some(settings.answer_timeout))
            .proxy(None);
        let connection =
            ().chain(TunnelConnector::default())
                .chain(TcpConnector::default())
                .chain(RustlsConnector::default());
        let connector = ResolvingConnector::before(connection).chain(QueryConnector);
        let agent = Agent::with_parts(config.build(), connector, LaterResolver::default());
        Ok(Self {
            agent,
            proxies: settings.proxies(|name| {
                let value = env::var_os(name)?;
                Some(value.to_string_lossy().into_owned())
            })?,
            timeout: settings.answer_timeout,
        })
    }

    /// Sends one request and reads the answer.
    pub(crate) fn send(&self, request: &HttpRequest) -> Result<HttpResponse, SendFailure> {
        let (url, query) = request.url_and_query();
        let proxy = self.proxies.for_url(url);
        let answer = with_query(query, request.timeout, || {
            self.exchange(url, proxy, request)
        });
        answer.map_err(|error| match NotConnected::of(error) {
            Ok(error) => {
                let error = TransportError::new(connect_error_kind(&error), error);
                SendFailure::NotSent(error.through(proxy))
            }
            Err(error) => maybe_sent(error),
        })
    }

    fn exchange(
        &self,
        url: &str,
        proxy: Option<&Proxy>,
        request: &HttpRequest,
    ) -> Result<HttpResponse, Error> {
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
        if let Some(proxy) = proxy {
            sending = sending.config().proxy(Some(for_ureq(proxy)?)).build();
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

fn for_ureq(proxy: &Proxy) -> Result<ureq::Proxy, Error> {
    let protocol = if proxy.is_https() {
        ProxyProtocol::Https
    } else {
        ProxyProtocol::Http
    };
    let builder = ureq::Proxy::builder(protocol)
        .host(proxy.host())
        .port(proxy.port());
    let builder = match proxy.login() {
        Some((user, password)) => builder.username(user).password(password),
        None => builder,
    };
    builder.build()
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

fn connect_error_kind(error: &NotConnected) -> TransportErrorKind {
    let error = match error {
        NotConnected::Resolving(Error::Timeout(_)) => return TransportErrorKind::ConnectTimeout,
        NotConnected::Resolving(_) => return TransportErrorKind::Dns,
        NotConnected::Connecting(error) => error,
    };
    match error {
        Error::Timeout(_) => TransportErrorKind::ConnectTimeout,
        Error::Other(error) => match error.downcast_ref::<TunnelError>() {
            Some(tunnel) => tunnel_error_kind(tunnel),
            None => TransportErrorKind::Connect,
        },
        Error::Http(_) | Error::BadUri(_) => TransportErrorKind::Request,
        Error::Rustls(error) => tls_error_kind(error),
        Error::Tls(_) => TransportErrorKind::Tls,
        Error::Io(error) => io_error_kind(error),
        _ => TransportErrorKind::Connect,
    }
}

fn tunnel_error_kind(error: &TunnelError) -> TransportErrorKind {
    match error.status() {
        Some(407) => TransportErrorKind::ProxyLogin,
        _ if error.is_answer() => TransportErrorKind::ProxyRefused,
        _ => TransportErrorKind::ProxyUnreachable,
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
