//! Tells what goes wrong on the way through a proxy from what goes wrong behind it.

use ureq::Error;
use ureq::unversioned::transport::{
    ConnectProxyConnector, ConnectionDetails, Connector, Either, Transport,
};

use crate::resolver::NotConnected;

/// Asks a proxy for a tunnel, where there is one.
#[derive(Debug, Default)]
pub(crate) struct TunnelConnector(ConnectProxyConnector);

impl<In: Transport> Connector<In> for TunnelConnector {
    type Out = Either<In, Box<dyn Transport>>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        self.0
            .connect(details, chained)
            .map_err(|error| match NotConnected::of(error) {
                Ok(NotConnected::Resolving(error) | NotConnected::Connecting(error))
                | Err(error) => error,
            })
            .map_err(|error| match error {
                // Whether the proxy was slow or the host behind it cannot be told.
                Error::Timeout(_) => error,
                error => Error::Other(Box::new(TunnelError(error))),
            })
    }
}

/// There is no tunnel.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct TunnelError(Error);

impl TunnelError {
    /// What the proxy answered, where it was HTTP and not success.
    pub(crate) fn status(&self) -> Option<u16> {
        match &self.0 {
            Error::ConnectProxyFailed(reason) => reason
                .strip_prefix("proxy server responded ")?
                .get(..3)?
                .parse()
                .ok(),
            _ => None,
        }
    }

    /// Whether the proxy answered at all.
    pub(crate) fn is_answer(&self) -> bool {
        self.status().is_some() || matches!(self.0, Error::Protocol(_))
    }
}
