//! Who calls: the app, its admin, and the secret key or ready-made signature that proves it.

use alloc::collections::VecDeque;
use alloc::string::String;
use core::time::Duration;

use crate::field::UserId;
use crate::usersig::{CredentialsError, SdkAppId, SecretKey, UserSig};

/// How long a signature made from a secret key is valid. The service advises at least 24 hours (Error Codes, 70001).
/// Signatures are renewed halfway through, so that at least 24 hours always remain.
pub const SIGNATURE_LIFETIME: Duration = Duration::from_secs(48 * 3600);

/// How many replaced signatures are remembered, so that they can be redacted if the service repeats them.
const REMEMBERED: usize = 4;

/// What authorises calls: the SDKAppID, the account of the app's admin, and a secret key or a ready-made `UserSig`.
#[derive(Clone, Debug)]
pub struct Credentials {
    sdk_app_id: SdkAppId,
    identifier: UserId,
    proof: Proof,
}

#[derive(Clone, Debug)]
enum Proof {
    Key(SecretKey),
    ReadyMade(UserSig),
}

impl Credentials {
    /// Credentials of the app's admin, with the app's secret key as the console shows it. Signatures are made from the
    /// key as needed, and renewed before they expire.
    ///
    /// # Errors
    /// The identifier is not a user ID, or the key is empty.
    ///
    /// ```
    /// use topic_import_core::Credentials;
    ///
    /// let credentials = Credentials::from_key(1_400_000_001, "administrator", "made-up")?;
    /// let error = Credentials::from_key(1_400_000_001, "björn", "made-up").unwrap_err();
    /// assert!(error.to_string().starts_with("the identifier (the app admin's account) is \"björn\""));
    /// # Ok::<(), topic_import_core::CredentialsError>(())
    /// ```
    pub fn from_key(
        sdk_app_id: impl Into<SdkAppId>,
        identifier: &str,
        key: impl Into<String>,
    ) -> Result<Self, CredentialsError> {
        Self::new(
            sdk_app_id.into(),
            identifier,
            Proof::Key(SecretKey::parse(key)?),
        )
    }

    /// Credentials of the app's admin, with a signature that was made elsewhere. Once it has expired, calls fail with
    /// code 70001.
    ///
    /// # Errors
    /// The identifier is not a user ID, or the signature is empty or contains a character that no `UserSig` does.
    pub fn from_user_sig(
        sdk_app_id: impl Into<SdkAppId>,
        identifier: &str,
        signature: impl Into<String>,
    ) -> Result<Self, CredentialsError> {
        let signature = UserSig::parse(signature)?;
        Self::new(sdk_app_id.into(), identifier, Proof::ReadyMade(signature))
    }

    fn new(sdk_app_id: SdkAppId, identifier: &str, proof: Proof) -> Result<Self, CredentialsError> {
        Ok(Self {
            sdk_app_id,
            identifier: UserId::parse(identifier).map_err(CredentialsError::Identifier)?,
            proof,
        })
    }

    /// The app's SDKAppID.
    pub const fn sdk_app_id(&self) -> SdkAppId {
        self.sdk_app_id
    }

    /// The account of the app's admin.
    pub const fn identifier(&self) -> &UserId {
        &self.identifier
    }
}

/// Holds the current signature and renews it before it expires.
#[derive(Debug)]
pub(crate) struct Signer {
    credentials: Credentials,
    current: Option<Current>,
    /// The replaced signatures, oldest first: calls in flight may still carry them.
    previous: VecDeque<UserSig>,
}

#[derive(Debug)]
struct Current {
    signature: UserSig,
    /// In Unix seconds; `None` means never.
    renew_at: Option<u64>,
    /// Increases with every signature made.
    generation: u64,
}

impl Signer {
    pub(crate) const fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            current: None,
            previous: VecDeque::new(),
        }
    }

    pub(crate) const fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The signature to use at `unix_seconds`, and its generation. A newer signature has a higher generation.
    pub(crate) fn signature(&mut self, unix_seconds: u64) -> (&UserSig, u64) {
        let due = |current: &Current| current.renew_at.is_some_and(|at| unix_seconds >= at);
        let generation = self
            .current
            .as_ref()
            .map_or(0, |current| current.generation);
        let current = match self.current.take() {
            Some(current) if !due(&current) => current,
            outdated => {
                self.previous
                    .extend(outdated.map(|current| current.signature));
                if self.previous.len() > REMEMBERED {
                    self.previous.pop_front();
                }
                self.make(unix_seconds, generation + 1)
            }
        };
        let current = self.current.insert(current);
        (&current.signature, current.generation)
    }

    /// The signatures that calls in flight may carry.
    pub(crate) fn in_use(&self) -> impl Iterator<Item = &UserSig> {
        let current = self.current.as_ref().map(|current| &current.signature);
        current.into_iter().chain(&self.previous)
    }

    /// Makes the next call sign again, unless the signature of this `generation` has already been replaced. Returns
    /// false if the signature is ready-made and cannot be renewed.
    pub(crate) fn renew(&mut self, generation: u64) -> bool {
        let current = self.current.as_mut();
        let current = current.filter(|current| current.generation == generation);
        if let Some(renew_at) = current.and_then(|current| current.renew_at.as_mut()) {
            *renew_at = 0;
        }
        matches!(self.credentials.proof, Proof::Key(_))
    }

    fn make(&self, unix_seconds: u64, generation: u64) -> Current {
        let Credentials {
            sdk_app_id,
            identifier,
            proof,
        } = &self.credentials;
        let lifetime = SIGNATURE_LIFETIME.as_secs();
        match proof {
            Proof::Key(key) => Current {
                signature: UserSig::sign(key, *sdk_app_id, identifier, unix_seconds, lifetime),
                renew_at: Some(unix_seconds.saturating_add(lifetime / 2)),
                generation,
            },
            Proof::ReadyMade(signature) => Current {
                signature: signature.clone(),
                renew_at: None,
                generation,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    fn signer() -> Signer {
        Signer::new(Credentials::from_key(1, "administrator", "key").unwrap())
    }

    fn signed_at(signer: &mut Signer, now: u64) -> u64 {
        signer.signature(now).0.inspect().unwrap().time
    }

    #[test]
    fn what_is_wrong_is_told_of_the_identifier_and_of_no_field_of_a_topic() {
        let app = SdkAppId::new(1);
        let too_long = "x".repeat(33);
        for identifier in ["", "björn", &too_long] {
            for error in [
                Credentials::from_key(app, identifier, "key").unwrap_err(),
                Credentials::from_user_sig(app, identifier, "abc_").unwrap_err(),
            ] {
                let text = error.to_string();
                assert!(
                    text.contains("identifier") && !text.contains("From_Account"),
                    "{text}"
                );
            }
        }
        let error = Credentials::from_key(app, "administrator", "").unwrap_err();
        assert_eq!(error, CredentialsError::SecretKey);
        let error = Credentials::from_user_sig(app, "administrator", "canary?").unwrap_err();
        assert_eq!(error, CredentialsError::UserSig);
    }

    #[test]
    fn a_signature_is_kept_for_half_its_life_and_then_renewed() {
        let mut signer = signer();
        let half = SIGNATURE_LIFETIME.as_secs() / 2;
        assert_eq!(signed_at(&mut signer, 1_000), 1_000);
        assert_eq!(signed_at(&mut signer, 999 + half), 1_000);
        assert_eq!(signed_at(&mut signer, 1_000 + half), 1_000 + half);
    }

    #[test]
    fn many_calls_that_meet_an_expired_signature_renew_it_once() {
        let mut signer = signer();
        let (_, first) = signer.signature(1_000);
        assert!(signer.renew(first));
        assert_eq!(signed_at(&mut signer, 2_000), 2_000);
        assert!(signer.renew(first));
        assert_eq!(signed_at(&mut signer, 3_000), 2_000);
    }

    #[test]
    fn a_ready_made_signature_cannot_be_renewed() {
        let credentials = Credentials::from_user_sig(1, "administrator", "abc_").unwrap();
        let mut signer = Signer::new(credentials);
        let (_, generation) = signer.signature(u64::MAX);
        assert!(!signer.renew(generation));
        assert_eq!(signer.signature(u64::MAX).1, generation);
    }
}
