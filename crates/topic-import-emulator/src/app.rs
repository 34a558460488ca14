use std::fmt;

use zeroize::Zeroizing;

/// The SDKAppID of the app that the emulator serves by default.
///
/// It is valid only in the emulator.
pub const TRIAL_SDK_APP_ID: u64 = 1_400_000_000;

/// The admin account of the app that the emulator serves by default.
///
/// It is valid only in the emulator.
pub const TRIAL_IDENTIFIER: &str = "administrator";

/// The secret key of the app that the emulator serves by default. It is public, so not actually a secret.
///
/// It is valid only in the emulator.
pub const TRIAL_SECRET_KEY: &str =
    "trial-key-for-the-emulator-and-valid-nowhere-else-0123456789abcd";

/// The one app that an emulator serves, with what the console shows for an app of the real service.
#[derive(Clone)]
pub struct App {
    sdk_app_id: u64,
    identifier: String,
    secret_key: Zeroizing<String>,
}

impl App {
    /// An app with its SDKAppID, its admin's account (1–32 bytes of printable ASCII \[E 7003\]) and the secret key with
    /// which its `UserSig`s are signed.
    pub fn new(
        sdk_app_id: u64,
        identifier: impl Into<String>,
        secret_key: impl Into<String>,
    ) -> Self {
        Self {
            sdk_app_id,
            identifier: identifier.into(),
            secret_key: Zeroizing::new(secret_key.into()),
        }
    }

    /// The app's SDKAppID.
    pub fn sdk_app_id(&self) -> u64 {
        self.sdk_app_id
    }

    /// The account of the app's admin.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    pub(crate) fn secret_key(&self) -> &str {
        &self.secret_key
    }
}

/// The app with [`TRIAL_SDK_APP_ID`], [`TRIAL_IDENTIFIER`] and [`TRIAL_SECRET_KEY`].
impl Default for App {
    fn default() -> Self {
        Self::new(TRIAL_SDK_APP_ID, TRIAL_IDENTIFIER, TRIAL_SECRET_KEY)
    }
}

/// Omits the secret key.
impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("sdk_app_id", &self.sdk_app_id)
            .field("identifier", &self.identifier)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_leaves_the_secret_key_out() {
        let shown = format!("{:#?}", App::new(1, "admin", "canary"));
        assert!(shown.contains("admin"));
        assert!(!shown.contains("canary"));
    }
}
