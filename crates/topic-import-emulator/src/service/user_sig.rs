//! The `UserSig` that every call carries \[U\].

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use sha2::Sha256;

use crate::service::code;
use crate::service::query::Query;
use crate::service::refusal::Refusal;

/// The longest document that is decompressed, in bytes. A genuine one has about 250.
const DOCUMENT_MAX: usize = 16 * 1024;

/// The times that decide whether a signature has expired, both since the Unix epoch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Validity {
    pub(crate) now: Duration,
    /// Signatures that were made before this time have expired early. Fractions of a second are ignored.
    pub(crate) signed_from: Duration,
}

/// Checks that the `UserSig` of a URL was made with this key for the URL's app and user, and has not expired.
pub(crate) fn verify(query: &Query, secret_key: &str, validity: Validity) -> Result<(), Refusal> {
    let document = Document::decode(&query.user_sig)
        .ok_or_else(|| Refusal::new(code::USER_SIG_UNDECODABLE, "the UserSig cannot be decoded"))?;
    if document.sdk_app_id != query.sdk_app_id {
        return Err(Refusal::new(
            code::USER_SIG_OF_OTHER_APP,
            "the UserSig was made for another SDKAppID than the URL's",
        ));
    }
    if document.identifier != query.identifier {
        return Err(Refusal::new(
            code::USER_SIG_OF_OTHER_USER,
            "the UserSig was made for another identifier than the URL's",
        ));
    }
    if !document.is_signed_with(secret_key) {
        return Err(Refusal::new(
            code::USER_SIG_FORGED,
            "the UserSig was not made with this app's secret key",
        ));
    }
    let expires_at = document.time.saturating_add(document.expire);
    if validity.now.as_secs() >= expires_at || document.time < validity.signed_from.as_secs() {
        return Err(Refusal::new(
            code::USER_SIG_EXPIRED,
            "the UserSig has expired",
        ));
    }
    Ok(())
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "TLS.ver")]
    version: String,
    #[serde(rename = "TLS.identifier")]
    identifier: String,
    #[serde(rename = "TLS.sdkappid")]
    sdk_app_id: u64,
    /// When the signature was made, in Unix seconds.
    #[serde(rename = "TLS.time")]
    time: u64,
    /// For how many seconds from `time` the signature is valid.
    #[serde(rename = "TLS.expire")]
    expire: u64,
    #[serde(rename = "TLS.sig", deserialize_with = "base64")]
    signature: Vec<u8>,
}

impl Document {
    fn decode(user_sig: &str) -> Option<Self> {
        let base64: String = user_sig
            .chars()
            .map(|letter| match letter {
                '*' => '+',
                '-' => '/',
                '_' => '=',
                other => other,
            })
            .collect();
        let zlib = STANDARD.decode(base64).ok()?;
        let json =
            miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&zlib, DOCUMENT_MAX).ok()?;
        let document: Self = serde_json::from_slice(&json).ok()?;
        (document.version == "2.0").then_some(document)
    }

    fn is_signed_with(&self, secret_key: &str) -> bool {
        let message = format!(
            "TLS.identifier:{}\nTLS.sdkappid:{}\nTLS.time:{}\nTLS.expire:{}\n",
            self.identifier, self.sdk_app_id, self.time, self.expire
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(secret_key.as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(message.as_bytes());
        mac.verify_slice(&self.signature).is_ok()
    }
}

fn base64<'de, D: Deserializer<'de>>(text: D) -> Result<Vec<u8>, D::Error> {
    STANDARD
        .decode(String::deserialize(text)?)
        .map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made by an independent implementation (Python's hmac, zlib, base64 and json) at 1700000000, valid for a day.
    const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
    const GOOD: &str = "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDKAAKpdaUZBZlAqUsTAzgQuWZOaChAzN0RQXZ6aDLKn0cUzVLjcPD00NLS1MCrPM0A*JMLcoNTLMD3HP1M60jCowLDUOKMiLNDOwVaoFAD4PNPI_";
    const OTHER_KEY: &str = "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDKAAKpdaUZBZlAqUsTAzgQuWZOaChAzN0RQXZ6aDLbH0D080zQ4zCvMuzvGvKCs1TC4qMDMLN7FM8c91CnKycPfLzsrK9vE2drVVqgUAQtM1NA__";
    const OTHER_APP: &str = "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDCDAECqXWlGQWZQKlLEwA0pBBUsyc0FChuZQxTDx4sx0kCUeBbnJjo6VlUY5TmUeFcU52jkGIbkFQSHm5Qae*ebpLk5BKaG*JX7e*a75tkq1AFTCNek_";
    const OTHER_USER: &str = "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkivNzU5PyUyphssUp2YkFBZkpQDlDEwMogMqlVhRkFqUCZSzMTOCCJZm5ICFDczTFxZnpIPNLKyJTsqqywrOjcvwN0gv1TV38vfwNjYwTs9KjfEKTvMKz9Atc3IsrvI3LbZVqAevxM5k_";
    // GOOD, with TLS.expire changed to ten days after it was signed.
    const LENGTHENED: &str = "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDKAAKpdaUZBZlAqUsTAzQYiWZOaCxAzN0VQXZ6aDbKn0cUzVLjcPD00NLS1MCrPM0A*JMLcoNTLMD3HP1M60jCowLDUOKMiLNDOwVaoFAGsoNSI_";
    const OTHER_VERSION: &str = "eJyrVgrxCdYrSy1SslJQMtQzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDKAAKpdaUZBZlAqUsTAzgQuWZOaChAzN0RQXZ6aDLKn0cUzVLjcPD00NLS1MCrPM0A*JMLcoNTLMD3HP1M60jCowLDUOKMiLNDOwVaoFAD1jNPE_";

    const SIGNED_AT: u64 = 1_700_000_000;
    const DAY: u64 = 86_400;

    fn code(user_sig: &str, identifier: &str, now: u64, signed_from: Duration) -> Result<(), u32> {
        let query = Query {
            sdk_app_id: 1_400_000_000,
            identifier: identifier.into(),
            user_sig: user_sig.into(),
            random: 0,
        };
        let validity = Validity {
            now: Duration::from_secs(now),
            signed_from,
        };
        verify(&query, KEY, validity).map_err(|refusal| refusal.code)
    }

    fn code_at(user_sig: &str, now: u64) -> Result<(), u32> {
        code(user_sig, "administrator", now, Duration::ZERO)
    }

    fn code_of(user_sig: &str) -> Result<(), u32> {
        code_at(user_sig, SIGNED_AT)
    }

    #[test]
    fn a_good_one_is_genuine_and_lives_to_its_last_second() {
        assert_eq!(code_of(GOOD), Ok(()));
        assert_eq!(code_at(GOOD, SIGNED_AT + DAY - 1), Ok(()));
        assert_eq!(code_at(GOOD, SIGNED_AT + DAY), Err(70001));
    }

    #[test]
    fn it_may_be_declared_expired_before_its_time() {
        let code_from = |milliseconds| {
            let signed_from = Duration::from_millis(milliseconds);
            code(GOOD, "administrator", SIGNED_AT + 10, signed_from)
        };
        assert_eq!(code_from(SIGNED_AT * 1000 + 999), Ok(()));
        assert_eq!(code_from(SIGNED_AT * 1000 + 1000), Err(70001));
    }

    #[test]
    fn each_fault_has_its_own_code() {
        assert_eq!(code_of(OTHER_KEY), Err(70009));
        assert_eq!(code_of(LENGTHENED), Err(70009));
        assert_eq!(code_of(OTHER_APP), Err(70014));
        assert_eq!(code_of(OTHER_USER), Err(70013));
        assert_eq!(code_of(OTHER_VERSION), Err(70003));
    }

    #[test]
    fn it_is_only_its_owners() {
        let refused = code(GOOD, "somebody", SIGNED_AT, Duration::ZERO);
        assert_eq!(refused, Err(70013));
    }

    #[test]
    fn what_is_cut_short_or_no_document_is_undecodable() {
        for length in [1, 100, GOOD.len() - 4, GOOD.len() - 1] {
            assert_eq!(code_of(&GOOD[..length]), Err(70003), "{length} bytes");
        }
        assert_eq!(code_of("äöü"), Err(70003));
        assert_eq!(
            code_of(&GOOD.replace('*', "+").replace('-', "!")),
            Err(70003)
        );
    }

    #[test]
    fn a_document_that_unpacks_to_megabytes_is_not_unpacked() {
        let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b' '; 50_000_000], 9);
        assert_eq!(code_of(&STANDARD.encode(bomb)), Err(70003));
    }
}
