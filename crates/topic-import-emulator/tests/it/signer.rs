//! Signs as [U] says, from the test's own reading of it.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use topic_import_emulator::{TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

pub(crate) struct Signer<'a> {
    pub(crate) sdk_app_id: u64,
    pub(crate) identifier: &'a str,
    pub(crate) secret_key: &'a str,
    pub(crate) time: u64,
    pub(crate) expire: u64,
}

impl Default for Signer<'_> {
    fn default() -> Self {
        Self {
            sdk_app_id: TRIAL_SDK_APP_ID,
            identifier: TRIAL_IDENTIFIER,
            secret_key: TRIAL_SECRET_KEY,
            time: now(),
            expire: 86_400,
        }
    }
}

impl Signer<'_> {
    pub(crate) fn sign(&self) -> String {
        let message = format!(
            "TLS.identifier:{}\nTLS.sdkappid:{}\nTLS.time:{}\nTLS.expire:{}\n",
            self.identifier, self.sdk_app_id, self.time, self.expire
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret_key.as_bytes()).unwrap();
        mac.update(message.as_bytes());
        let document = json!({
            "TLS.ver": "2.0",
            "TLS.identifier": self.identifier,
            "TLS.sdkappid": self.sdk_app_id,
            "TLS.expire": self.expire,
            "TLS.time": self.time,
            "TLS.sig": STANDARD.encode(mac.finalize().into_bytes()),
        });
        let zlib = miniz_oxide::deflate::compress_to_vec_zlib(document.to_string().as_bytes(), 6);
        STANDARD
            .encode(zlib)
            .replace('+', "*")
            .replace('/', "-")
            .replace('=', "_")
    }
}

pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}
