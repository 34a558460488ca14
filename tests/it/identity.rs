//! Who calls: the emulator's app, and those who only claim to be.

use std::time::{Duration, SystemTime};

use topic_import_core::{Credentials, SdkAppId, SecretKey, UserId, UserSig};
use topic_import_emulator::{TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

use crate::watch;

pub(crate) const WRONG_KEY: &str =
    "another-key-that-the-service-has-never-heard-of-9876543210zyxwvu";

/// What a client is given to prove who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// The app's key.
    Key,
    /// A `UserSig` that somebody else made, valid for a day.
    UserSig,
    /// The same, run out yesterday.
    ExpiredUserSig,
    /// No signature at all, but made of a signature's characters.
    Nonsense,
    /// Another key than the app's.
    WrongKey,
    /// The app's key, for somebody who is not its admin.
    NotAdmin,
    /// Another app's number.
    OtherApp,
    /// A `UserSig` of somebody else.
    OtherUsersSig,
    /// A `UserSig` for another app.
    OtherAppsSig,
}

const DAY: Duration = Duration::from_hours(24);

impl Identity {
    pub(crate) fn credentials(self) -> Credentials {
        let app = SdkAppId::new(TRIAL_SDK_APP_ID);
        let other_app = SdkAppId::new(TRIAL_SDK_APP_ID + 1);
        let admin = user(TRIAL_IDENTIFIER);
        let somebody = user("somebody else");
        match self {
            Self::Key => with_key(app, &admin, TRIAL_SECRET_KEY),
            Self::WrongKey => with_key(app, &admin, WRONG_KEY),
            Self::NotAdmin => with_key(app, &somebody, TRIAL_SECRET_KEY),
            Self::OtherApp => with_key(other_app, &admin, TRIAL_SECRET_KEY),
            Self::UserSig => ready_made(app, &admin, (app, &admin), Duration::ZERO),
            Self::ExpiredUserSig => ready_made(app, &admin, (app, &admin), 2 * DAY),
            Self::OtherUsersSig => ready_made(app, &admin, (app, &somebody), Duration::ZERO),
            Self::OtherAppsSig => ready_made(app, &admin, (other_app, &admin), Duration::ZERO),
            Self::Nonsense => {
                let text = "no-signature*but-made-of-the-same-characters_";
                watch::secret(text);
                Credentials::from_user_sig(app, admin.as_str(), text).unwrap()
            }
        }
    }
}

fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

fn with_key(app: SdkAppId, identifier: &UserId, key: &str) -> Credentials {
    watch::signer(key, app, identifier);
    Credentials::from_key(app, identifier.as_str(), key).unwrap()
}

fn ready_made(
    app: SdkAppId,
    identifier: &UserId,
    (signed_for, signed_by): (SdkAppId, &UserId),
    ago: Duration,
) -> Credentials {
    let key = SecretKey::parse(TRIAL_SECRET_KEY).unwrap();
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    let signed_at = now.saturating_sub(ago).as_secs();
    let signature = UserSig::sign(&key, signed_for, signed_by, signed_at, DAY.as_secs());
    watch::secret(TRIAL_SECRET_KEY);
    watch::secret(signature.expose());
    Credentials::from_user_sig(app, identifier.as_str(), signature.expose()).unwrap()
}
