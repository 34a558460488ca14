use topic_import_core::ClientSettings;

use crate::client::Client;
use crate::quota::{ClientQuota, LocalQuota, Quota};
use crate::transport::BuildError;

/// What a [`Client`] is built from, from [`Client::builder`].
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder<'a> {
    settings: &'a ClientSettings,
    quota: Option<Box<dyn Quota>>,
}

impl<'a> ClientBuilder<'a> {
    pub(crate) const fn new(settings: &'a ClientSettings) -> Self {
        Self {
            settings,
            quota: None,
        }
    }

    /// Takes slots from this instead of a quota of the client's own; what the settings say of the quota is then of no
    /// effect.
    pub fn quota(mut self, quota: impl Quota + 'static) -> Self {
        self.quota = Some(Box::new(quota));
        self
    }

    /// The client. It connects with its first call.
    ///
    /// # Errors
    /// Where certificates are missing or unusable, or the environment names a proxy that is none.
    pub fn build(self) -> Result<Client, BuildError> {
        let quota = match self.quota {
            Some(quota) => ClientQuota::Given(quota),
            None => ClientQuota::Local(LocalQuota::new(self.settings.quota)),
        };
        Client::with_quota(self.settings, quota)
    }
}
