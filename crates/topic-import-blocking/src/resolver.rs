use std::io;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Resolves as ureq does, and marks what goes wrong in it: otherwise it could not be told from what goes wrong later.
#[derive(Debug, Default)]
pub(crate) struct MarkingResolver(DefaultResolver);

/// The name service could not help.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct ResolveError(io::Error);

impl Resolver for MarkingResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let resolved = self.0.resolve(uri, config, timeout);
        resolved.map_err(|error| match error {
            Error::Io(error) => Error::Other(Box::new(ResolveError(error))),
            other => other,
        })
    }
}
