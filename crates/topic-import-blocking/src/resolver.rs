//! Resolves a host when a connection to it is made.
//!
//! ureq resolves the host of every request, in a thread of its own where there is a timeout, and then takes a connection
//! that is there already. So its resolver only puts a mark into the place of the addresses, and the connector replaces
//! it: no request waits for the name service while there is a connection for it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, NextTimeout};

/// What stands in the place of addresses that are to be resolved. Nobody can listen there.
const LATER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
/// What is left for connecting, however long resolving took: to ureq, nothing would be without end.
const SHORTEST_CONNECT: Duration = Duration::from_millis(1);

/// Puts the mark where addresses are asked for.
#[derive(Debug, Default)]
pub(crate) struct LaterResolver(DefaultResolver);

impl Resolver for LaterResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut addresses = self.0.empty();
        addresses.push(LATER);
        Ok(addresses)
    }
}

/// Resolves before another connector connects.
#[derive(Debug)]
pub(crate) struct ResolvingConnector<C> {
    resolver: DefaultResolver,
    connector: C,
}

impl<C> ResolvingConnector<C> {
    pub(crate) fn before(connector: C) -> Self {
        Self {
            resolver: DefaultResolver::default(),
            connector,
        }
    }
}

impl<C: Connector> Connector for ResolvingConnector<C> {
    type Out = C::Out;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        self.resolve_and_connect(details, chained)
            .map_err(NotConnected::mark)
    }
}

impl<C: Connector> ResolvingConnector<C> {
    fn resolve_and_connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<C::Out>, Error> {
        // A proxy may be asked to resolve: then there is no mark.
        if !details.addrs.contains(&LATER) {
            return self.connector.connect(details, chained);
        }
        let begun = Instant::now();
        let addrs = self
            .resolver
            .resolve(details.uri, details.config, details.timeout)
            .map_err(|error| NotConnected::Resolving(error).into_error())?;
        let after = details.timeout.after.saturating_sub(begun.elapsed());
        let details = ConnectionDetails {
            uri: details.uri,
            addrs,
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: (details.current_time)(),
            timeout: NextTimeout {
                after: after.max(SHORTEST_CONNECT).into(),
                ..details.timeout
            },
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        self.connector.connect(&details, chained)
    }
}

/// There is no connection, TLS included, so that nothing of a request can have left.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) enum NotConnected {
    /// The name service could not help.
    Resolving(Error),
    /// Something else went wrong.
    Connecting(Error),
}

impl NotConnected {
    /// An error that is marked already stays as it is: a proxy is connected to by this connector as well.
    fn mark(error: Error) -> Error {
        match error {
            Error::Other(source) if source.is::<Self>() => Error::Other(source),
            error => Self::Connecting(error).into_error(),
        }
    }

    fn into_error(self) -> Error {
        Error::Other(Box::new(self))
    }

    /// The mark, or else the error as it is.
    pub(crate) fn of(error: Error) -> Result<Self, Error> {
        match error {
            Error::Other(source) => match source.downcast::<Self>() {
                Ok(mark) => Ok(*mark),
                Err(source) => Err(Error::Other(source)),
            },
            error => Err(error),
        }
    }
}
