//! `UserSig`, the signature that authorises a call: signing, inspecting, verifying (Generating UserSig, 1047/34385).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::field::UserId;
use crate::violation::Violations;

/// The only signature version that this crate makes and reads: `TLS.ver`.
const VERSION: &str = "2.0";
/// More than the document of any genuine signature takes. Limits what a malicious one can decompress to.
const MAX_DOCUMENT_BYTES: usize = 64 * 1024;
const COMPRESSION_LEVEL: u8 = 6;

/// Base64 with the standard alphabet. Decoding tolerates missing padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The SDKAppID, the app's number in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SdkAppId(u64);

impl SdkAppId {
    /// Takes the number as the console shows it.
    pub const fn new(id: u64) -> Self {
        Self(id)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl From<u64> for SdkAppId {
    fn from(id: u64) -> Self {
        Self(id)
    }
}

impl fmt::Display for SdkAppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Why credentials were not accepted. The error shows neither the key nor the signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The identifier is not a user ID.
    #[error("the identifier (the app admin's account) {}", .0.first())]
    Identifier(Violations),
    /// The secret key is empty.
    #[error("the secret key is empty")]
    SecretKey,
    /// The signature is empty or contains a character that no `UserSig` does.
    #[error("the UserSig is empty or holds other characters than A–Z a–z 0–9 * - _")]
    UserSig,
}

/// The app's secret key. Its text's bytes are the HMAC key. It is never printed, and this copy is wiped from memory
/// when dropped.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<String>);

impl SecretKey {
    /// Takes the key as the console shows it.
    ///
    /// # Errors
    /// [`CredentialsError::SecretKey`] if the text is empty.
    pub fn parse(key: impl Into<String>) -> Result<Self, CredentialsError> {
        let key = Zeroizing::new(key.into());
        if key.is_empty() {
            return Err(CredentialsError::SecretKey);
        }
        Ok(Self(key))
    }

    fn hmac(&self) -> Hmac<Sha256> {
        Hmac::new_from_slice(self.0.as_bytes()).expect("HMAC takes a key of any length")
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// A signature that authorises calls until it expires. It is never printed, and wiped from memory when dropped.
///
/// ```
/// use topic_import_core::{SdkAppId, SecretKey, UserId, UserSig};
///
/// let key = SecretKey::parse("0f1e2d3c4b5a")?;
/// let administrator = UserId::parse("administrator")?;
/// let now = 1_700_000_000;
/// let signature = UserSig::sign(&key, SdkAppId::new(1_400_000_001), &administrator, now, 86_400);
///
/// let document = signature.inspect()?;
/// assert_eq!(document.identifier, "administrator");
/// assert_eq!(document.expires_at(), now + 86_400);
/// assert!(document.is_signed_with(&key));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct UserSig(Zeroizing<String>);

impl UserSig {
    /// Makes a signature for `identifier` that is valid for `expire` seconds from `time` (Unix seconds).
    pub fn sign(
        key: &SecretKey,
        sdk_app_id: SdkAppId,
        identifier: &UserId,
        time: u64,
        expire: u64,
    ) -> Self {
        let mut document = UserSigDocument {
            version: VERSION.into(),
            identifier: identifier.as_str().into(),
            sdk_app_id,
            expire,
            time,
            sig: String::new(),
        };
        let mut mac = key.hmac();
        mac.update(document.signed_text().as_bytes());
        document.sig = BASE64.encode(mac.finalize().into_bytes());
        let json = serde_json::to_vec(&document).expect("text and numbers are JSON");
        let compressed = miniz_oxide::deflate::compress_to_vec_zlib(&json, COMPRESSION_LEVEL);
        Self(Zeroizing::new(to_url_alphabet(&BASE64.encode(compressed))))
    }

    /// Takes a ready-made signature.
    ///
    /// # Errors
    /// [`CredentialsError::UserSig`] if the text is empty or contains a character that no `UserSig` does.
    pub fn parse(signature: impl Into<String>) -> Result<Self, CredentialsError> {
        let signature = Zeroizing::new(signature.into());
        let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'-' | b'_');
        if signature.is_empty() || !signature.bytes().all(belongs) {
            return Err(CredentialsError::UserSig);
        }
        Ok(Self(signature))
    }

    /// The signature's text. Never print it: it authorises every call until it expires.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Decodes the signature without verifying it. To verify it, use [`UserSigDocument::is_signed_with`].
    ///
    /// # Errors
    /// The text is not a signature of version 2.0.
    pub fn inspect(&self) -> Result<UserSigDocument, InspectError> {
        let compressed = BASE64
            .decode(from_url_alphabet(&self.0))
            .map_err(|_| InspectError::Base64)?;
        let json = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(
            &compressed,
            MAX_DOCUMENT_BYTES,
        )
        .map_err(|_| InspectError::Zlib)?;
        let document: UserSigDocument =
            serde_json::from_slice(&json).map_err(|_| InspectError::Document)?;
        if document.version == VERSION {
            Ok(document)
        } else {
            Err(InspectError::Version)
        }
    }
}

impl fmt::Debug for UserSig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserSig(…)")
    }
}

/// Why a text is not a `UserSig`. The error shows nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The text is not base64 in the alphabet of a `UserSig`.
    #[error("not a UserSig: the text is not base64 (with `*`, `-` and `_` for `+`, `/` and `=`)")]
    Base64,
    /// The bytes are not zlib data, or decompress to more than any genuine signature does.
    #[error("not a UserSig: the content is not compressed with zlib")]
    Zlib,
    /// The document is not JSON, lacks a field, or has one of the wrong type.
    #[error(
        "not a UserSig: the document inside lacks one of TLS.ver, TLS.identifier, TLS.sdkappid, TLS.expire, TLS.time, TLS.sig"
    )]
    Document,
    /// The document has a version other than 2.0.
    #[error("the UserSig has a version other than 2.0")]
    Version,
}

/// The document inside a signature.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserSigDocument {
    /// `TLS.ver`
    #[serde(rename = "TLS.ver")]
    pub version: String,
    /// `TLS.identifier`: the user whom the signature authorises.
    #[serde(rename = "TLS.identifier")]
    pub identifier: String,
    /// `TLS.sdkappid`
    #[serde(rename = "TLS.sdkappid")]
    pub sdk_app_id: SdkAppId,
    /// `TLS.expire`: how long the signature is valid, in seconds.
    #[serde(rename = "TLS.expire")]
    pub expire: u64,
    /// `TLS.time`: when the signature was made, in Unix seconds.
    #[serde(rename = "TLS.time")]
    pub time: u64,
    #[serde(rename = "TLS.sig")]
    sig: String,
}

impl UserSigDocument {
    /// The first second in which the signature is no longer valid, in Unix seconds.
    pub const fn expires_at(&self) -> u64 {
        self.time.saturating_add(self.expire)
    }

    /// Whether the signature was made with `key` over exactly what the document says.
    pub fn is_signed_with(&self, key: &SecretKey) -> bool {
        let Ok(sig) = BASE64.decode(&self.sig) else {
            return false;
        };
        let mut mac = key.hmac();
        mac.update(self.signed_text().as_bytes());
        mac.verify_slice(&sig).is_ok()
    }

    fn signed_text(&self) -> String {
        format!(
            "TLS.identifier:{}\nTLS.sdkappid:{}\nTLS.time:{}\nTLS.expire:{}\n",
            self.identifier, self.sdk_app_id, self.time, self.expire
        )
    }
}

impl fmt::Debug for UserSigDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserSigDocument")
            .field("version", &self.version)
            .field("identifier", &self.identifier)
            .field("sdk_app_id", &self.sdk_app_id)
            .field("expire", &self.expire)
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}

/// Replaces the three base64 characters that have a special meaning in a URL with those that a `UserSig` uses.
fn to_url_alphabet(base64: &str) -> String {
    base64
        .chars()
        .map(|char| match char {
            '+' => '*',
            '/' => '-',
            '=' => '_',
            other => other,
        })
        .collect()
}

fn from_url_alphabet(signature: &str) -> Zeroizing<Vec<u8>> {
    let base64 = signature.bytes().map(|byte| match byte {
        b'*' => b'+',
        b'-' => b'/',
        b'_' => b'=',
        other => other,
    });
    Zeroizing::new(base64.collect())
}
