//! Makes connections. No part of a request is sent meanwhile, so after a failure here the request was not sent.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use topic_import_core::{TransportError, TransportErrorKind};
use topic_import_driver::{ClientSettings, Proxy, tls_error_kind};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver as _};
use ureq::unversioned::transport::{
    ConnectionDetails, Connector as _, RustlsConnector, TcpConnector, Transport, time,
};
use ureq::{Agent, Error, Timeout};

use crate::connection::{Connection, left_until};
use crate::tls::{self, TlsError};
use crate::tunnel::Tunnel;

const BUFFER_BYTES: usize = 16 * 1024;

/// Makes connections, TLS included, directly or through a proxy.
#[derive(Debug)]
pub(crate) struct Connector {
    config: Config,
    resolver: DefaultResolver,
    tcp: TcpConnector,
    tls: RustlsConnector,
    timeout: Duration,
}

impl Connector {
    pub(crate) fn new(settings: &ClientSettings) -> Result<Self, TlsError> {
        Ok(Self {
            config: Agent::config_builder()
                .tls_config(tls::config(settings)?)
                .input_buffer_size(BUFFER_BYTES)
                .output_buffer_size(BUFFER_BYTES)
                .proxy(None)
                .build(),
            resolver: DefaultResolver::default(),
            tcp: TcpConnector::default(),
            tls: RustlsConnector::default(),
            timeout: settings.connect_timeout,
        })
    }

    /// Connects to the host of a URL, through the proxy if one is given.
    pub(crate) fn connect(
        &self,
        uri: &Uri,
        proxy: Option<&Proxy>,
        until: Instant,
    ) -> Result<Connection, TransportError> {
        let in_time = Instant::now().checked_add(self.timeout);
        let until = in_time.map_or(until, |in_time| in_time.min(until));
        let Some(proxy) = proxy else {
            return self.open(uri, until);
        };
        let address = proxy.url().parse();
        let address =
            address.map_err(|error| TransportError::new(TransportErrorKind::Request, error))?;
        let to_proxy = self.open(&address, until).map_err(|mut error| {
            if error.kind != TransportErrorKind::ConnectTimeout {
                error.kind = TransportErrorKind::ProxyUnreachable;
            }
            error
        })?;
        let tunnel = Tunnel::open(to_proxy, proxy, uri)?;
        let details = self.details(uri, self.resolver.empty(), until);
        self.secure(&details, Ok(tunnel), until)
    }

    fn open(&self, uri: &Uri, until: Instant) -> Result<Connection, TransportError> {
        let left = left_until(until, Timeout::Connect);
        let addrs = self.resolver.resolve(uri, &self.config, left);
        let addrs = addrs.map_err(|error| {
            let kind = match error {
                Error::Timeout(_) => TransportErrorKind::ConnectTimeout,
                _ => TransportErrorKind::Dns,
            };
            TransportError::new(kind, error)
        })?;
        let details = self.details(uri, addrs, until);
        let tcp = self.tcp.connect(&details, None::<()>);
        let tcp = tcp.and_then(|tcp| tcp.ok_or(Error::ConnectionFailed));
        self.secure(&details, tcp, until)
    }

    /// Adds TLS to a transport if the URL requires it.
    fn secure(
        &self,
        details: &ConnectionDetails<'_>,
        connected: Result<impl Transport, Error>,
        until: Instant,
    ) -> Result<Connection, TransportError> {
        let secured = connected.and_then(|transport| {
            let transport = self.tls.connect(details, Some(transport))?;
            let is_secure = |transport: &_| !details.needs_tls() || Transport::is_tls(transport);
            transport.filter(is_secure).ok_or(Error::TlsRequired)
        });
        match secured {
            Ok(transport) => Ok(Connection {
                uri: details.uri.clone(),
                transport: Box::new(transport),
                until,
            }),
            Err(error) => Err(TransportError::new(error_kind(&error), error)),
        }
    }

    fn details<'a>(
        &'a self,
        uri: &'a Uri,
        addrs: ResolvedSocketAddrs,
        until: Instant,
    ) -> ConnectionDetails<'a> {
        ConnectionDetails {
            uri,
            addrs,
            config: &self.config,
            request_level: false,
            resolver: &self.resolver,
            now: time::Instant::now(),
            timeout: left_until(until, Timeout::Connect),
            current_time: Arc::new(time::Instant::now),
            run_connector: Arc::new(|_| Err(Error::ConnectionFailed)),
            register_shutdown: Arc::new(|_| Ok(())),
        }
    }
}

fn error_kind(error: &Error) -> TransportErrorKind {
    match error {
        Error::Timeout(_) => TransportErrorKind::ConnectTimeout,
        Error::Rustls(error) => tls_error_kind(error),
        Error::Tls(_) => TransportErrorKind::Tls,
        Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            TransportErrorKind::Refused
        }
        Error::Io(error) => match error.get_ref().and_then(|source| source.downcast_ref()) {
            Some(error) => tls_error_kind(error),
            None => TransportErrorKind::Connect,
        },
        _ => TransportErrorKind::Connect,
    }
}
