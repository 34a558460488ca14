use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use topic_import_core::{TransportError, TransportErrorKind};
use topic_import_driver::Proxy;
use ureq::Error;
use ureq::http::Uri;
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

use crate::answer::{AnswerError, Head};
use crate::connection::Connection;

/// A tunnel through a proxy. It never reports itself as TLS, even if the proxy is reached over TLS, so that a TLS
/// connection to the host is set up inside it.
#[derive(Debug)]
pub(crate) struct Tunnel(Box<dyn Transport>);

impl Tunnel {
    /// Asks a proxy for a tunnel to the host of a URL.
    pub(crate) fn open(
        mut to_proxy: Connection,
        proxy: &Proxy,
        uri: &Uri,
    ) -> Result<Self, TransportError> {
        let host = uri.host().unwrap_or_default();
        let port = uri.port_u16().unwrap_or(443);
        let login = proxy.login().map_or_else(String::new, |(user, password)| {
            let login = BASE64.encode(format!("{user}:{password}"));
            format!("Proxy-Authorization: Basic {login}\r\n")
        });
        let request =
            format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{login}\r\n");
        let error = match status(&mut to_proxy, &request) {
            Ok(200) => return Ok(Self(to_proxy.transport)),
            Ok(status) => AnswerError::Status(status),
            Err(error) => error,
        };
        let kind = match error {
            // This may be the fault of the proxy or of the host behind it.
            _ if error.is_timeout() => TransportErrorKind::ConnectTimeout,
            AnswerError::Connection(_) => TransportErrorKind::ProxyUnreachable,
            AnswerError::Status(407) => TransportErrorKind::ProxyLogin,
            _ => TransportErrorKind::ProxyRefused,
        };
        Err(TransportError::new(kind, error))
    }
}

fn status(proxy: &mut Connection, request: &str) -> Result<u16, AnswerError> {
    proxy.send(request.as_bytes())?;
    Ok(Head::read(proxy)?.status)
}

impl Transport for Tunnel {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }
}
