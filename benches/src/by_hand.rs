//! What somebody who knows the libraries would write without this project: an equal struct, `format!` and `serde_json`.

use serde::{Deserialize, Serialize};
use topic_import_core::{SdkAppId, UserId, UserSig};
use topic_import_emulator::{TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID};

use crate::sample;

/// The request's body.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(
    missing_docs,
    clippy::exhaustive_structs,
    reason = "named as in the API"
)]
pub struct Topic {
    pub group_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_id: Option<String>,
    pub topic_name: String,
    #[serde(rename = "From_Account", skip_serializing_if = "Option::is_none")]
    pub from_account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_string: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<u64>,
}

/// The answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(
    missing_docs,
    clippy::exhaustive_structs,
    reason = "named as in the API"
)]
pub struct Answer {
    pub action_status: String,
    pub error_info: String,
    pub error_code: i64,
    pub topic_id: Option<String>,
}

/// Who calls where.
#[derive(Clone)]
#[allow(
    missing_docs,
    missing_debug_implementations,
    clippy::exhaustive_structs,
    reason = "parts of the URL"
)]
pub struct Caller {
    pub origin: String,
    pub sdk_app_id: u64,
    pub identifier: String,
    pub user_sig: String,
}

impl Caller {
    /// Who calls as the emulator expects it, with a signature from this time (Unix seconds).
    pub fn new(origin: &str, signed_at: u64) -> Self {
        let identifier = UserId::parse(TRIAL_IDENTIFIER).expect("a user ID");
        let (app, key) = (SdkAppId::new(TRIAL_SDK_APP_ID), sample::secret_key());
        let user_sig = UserSig::sign(&key, app, &identifier, signed_at, 172_800);
        Self {
            origin: origin.to_owned(),
            sdk_app_id: TRIAL_SDK_APP_ID,
            identifier: TRIAL_IDENTIFIER.to_owned(),
            user_sig: user_sig.expose().to_owned(),
        }
    }

    /// The URL of one call.
    pub fn url(&self, random: u32) -> String {
        format!(
            "{}/v4/group_open_http_svc/import_topic?sdkappid={}&identifier={}&usersig={}&random={random}&contenttype=json",
            self.origin, self.sdk_app_id, self.identifier, self.user_sig
        )
    }
}

impl Topic {
    /// The sample topic of this number.
    pub fn sample(number: u64) -> serde_json::Result<Self> {
        let mut row = Vec::new();
        sample::write_row(number, &mut row)?;
        serde_json::from_slice(&row)
    }

    /// The body of one call.
    pub fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("text and numbers are JSON")
    }

    /// Puts the body of one call in the place of what the buffer held.
    pub fn write_body(&self, body: &mut Vec<u8>) {
        body.clear();
        serde_json::to_writer(body, self).expect("text and numbers are JSON");
    }
}

impl Answer {
    /// Reads an answer.
    pub fn read(body: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(body)
    }
}
