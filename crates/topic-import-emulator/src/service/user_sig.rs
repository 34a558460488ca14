use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

use crate::service::code;
use crate::service::refusal::Refusal;

/// How many signatures are remembered as genuine. A client signs anew once a day, so this is plenty; the bound
/// is there for the client that signs for every call.
const REMEMBERED: usize = 64;

/// No real document comes near: a UserSig's is about 250 bytes.
const DOCUMENT_MAX: usize = 16 * 1024;

/// Which signatures are valid by their time. Both are times since the Unix epoch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Validity {
    pub(crate) now: Duration,
    /// Those signed before are expired already; by the second, as they count.
    pub(crate) signed_from: Duration,
}

/// Verifies a `UserSig` \[U\].
///
/// A sig's signature is computed once; afterwards only its claims are looked at.
pub(crate) struct UserSigVerifier {
    key: Hmac<Sha256>,
    /// Mostly a single one, and never many: looking through them is quicker than hashing 300 bytes.
    genuine: Mutex<Vec<(Box<str>, Claims)>>,
}

impl UserSigVerifier {
    pub(crate) fn new(secret_key: &str) -> Self {
        Self {
            key: Hmac::new_from_slice(secret_key.as_bytes())
                .expect("HMAC takes keys of any length"),
            genuine: Mutex::default(),
        }
    }

    /// Whether `user_sig` was made with the app's key for this app and this user, and is valid.
    pub(crate) fn verify(
        &self,
        user_sig: &str,
        sdk_app_id: u64,
        identifier: &str,
        validity: Validity,
    ) -> Result<(), Refusal> {
        let mut genuine = self.genuine.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, claims)) = genuine.iter().find(|(known, _)| **known == *user_sig) {
            claims.require_owner(sdk_app_id, identifier)?;
            return claims.require_life(validity);
        }
        let document = Document::decode(user_sig).ok_or_else(|| {
            Refusal::new(code::USER_SIG_UNDECODABLE, "the UserSig cannot be decoded")
        })?;
        document.claims.require_owner(sdk_app_id, identifier)?;
        self.require_signature(&document)?;
        let alive = document.claims.require_life(validity);
        if genuine.len() == REMEMBERED {
            genuine.clear();
        }
        genuine.push((user_sig.into(), document.claims));
        alive
    }

    fn require_signature(&self, document: &Document) -> Result<(), Refusal> {
        let mut mac = self.key.clone();
        mac.update(document.claims.message().as_bytes());
        mac.verify_slice(&document.signature).map_err(|_| {
            Refusal::new(
                code::USER_SIG_FORGED,
                "the UserSig was not made with this app's secret key",
            )
        })
    }
}

struct Document {
    claims: Claims,
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
        let fields: Fields = serde_json::from_slice(&json).ok()?;
        if fields.version != "2.0" {
            return None;
        }
        Some(Self {
            signature: STANDARD.decode(fields.signature).ok()?,
            claims: Claims {
                identifier: fields.identifier,
                sdk_app_id: fields.sdk_app_id,
                signed_at: fields.time,
                expire: fields.expire,
            },
        })
    }
}

#[derive(Deserialize)]
struct Fields {
    #[serde(rename = "TLS.ver")]
    version: String,
    #[serde(rename = "TLS.identifier")]
    identifier: Box<str>,
    #[serde(rename = "TLS.sdkappid")]
    sdk_app_id: u64,
    #[serde(rename = "TLS.time")]
    time: u64,
    #[serde(rename = "TLS.expire")]
    expire: u64,
    #[serde(rename = "TLS.sig")]
    signature: String,
}

/// What a UserSig says of itself.
struct Claims {
    identifier: Box<str>,
    sdk_app_id: u64,
    /// Unix seconds.
    signed_at: u64,
    /// Seconds.
    expire: u64,
}

impl Claims {
    fn message(&self) -> String {
        format!(
            "TLS.identifier:{}\nTLS.sdkappid:{}\nTLS.time:{}\nTLS.expire:{}\n",
            self.identifier, self.sdk_app_id, self.signed_at, self.expire
        )
    }

    fn require_owner(&self, sdk_app_id: u64, identifier: &str) -> Result<(), Refusal> {
        if self.sdk_app_id != sdk_app_id {
            return Err(Refusal::new(
                code::USER_SIG_OF_OTHER_APP,
                "the UserSig was made for another SDKAppID than the URL's",
            ));
        }
        if &*self.identifier != identifier {
            return Err(Refusal::new(
                code::USER_SIG_OF_OTHER_USER,
                "the UserSig was made for another identifier than the URL's",
            ));
        }
        Ok(())
    }

    fn require_life(&self, validity: Validity) -> Result<(), Refusal> {
        let expires_at = self.signed_at.saturating_add(self.expire);
        if validity.now.as_secs() < expires_at && self.signed_at >= validity.signed_from.as_secs() {
            Ok(())
        } else {
            Err(Refusal::new(
                code::USER_SIG_EXPIRED,
                "the UserSig has expired",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made by an independent implementation: Python's hmac, zlib, base64 and json. Signed at 1700000000 for a day.
    const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
    const GOOD: &str = "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDKAAKpdaUZBZlAqUsTAzgQuWZOaChAzN0RQXZ6aDLKn0cUzVLjcPD00NLS1MCrPM0A*JMLcoNTLMD3HP1M60jCowLDUOKMiLNDOwVaoFAD4PNPI_";
    const OTHER_KEY: &str = "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDKAAKpdaUZBZlAqUsTAzgQuWZOaChAzN0RQXZ6aDLbH0D080zQ4zCvMuzvGvKCs1TC4qMDMLN7FM8c91CnKycPfLzsrK9vE2drVVqgUAQtM1NA__";
    const OTHER_APP: &str = "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDCDAECqXWlGQWZQKlLEwA0pBBUsyc0FChuZQxTDx4sx0kCUeBbnJjo6VlUY5TmUeFcU52jkGIbkFQSHm5Qae*ebpLk5BKaG*JX7e*a75tkq1AFTCNek_";
    const OTHER_USER: &str = "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkivNzU5PyUyphssUp2YkFBZkpQDlDEwMogMqlVhRkFqUCZSzMTOCCJZm5ICFDczTFxZnpIPNLKyJTsqqywrOjcvwN0gv1TV38vfwNjYwTs9KjfEKTvMKz9Atc3IsrvI3LbZVqAevxM5k_";
    // GOOD with its TLS.expire raised to ten days after signing.
    const LENGTHENED: &str = "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDKAAKpdaUZBZlAqUsTAzQYiWZOaCxAzN0VQXZ6aDbKn0cUzVLjcPD00NLS1MCrPM0A*JMLcoNTLMD3HP1M60jCowLDUOKMiLNDOwVaoFAGsoNSI_";
    const OTHER_VERSION: &str = "eJyrVgrxCdYrSy1SslJQMtQzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDKAAKpdaUZBZlAqUsTAzgQuWZOaChAzN0RQXZ6aDLKn0cUzVLjcPD00NLS1MCrPM0A*JMLcoNTLMD3HP1M60jCowLDUOKMiLNDOwVaoFAD1jNPE_";

    const SIGNED_AT: u64 = 1_700_000_000;
    const DAY: u64 = 86_400;

    fn verifier() -> UserSigVerifier {
        UserSigVerifier::new(KEY)
    }

    fn at(now: u64) -> Validity {
        Validity {
            now: Duration::from_secs(now),
            signed_from: Duration::ZERO,
        }
    }

    fn code_at(verifier: &UserSigVerifier, user_sig: &str, now: u64) -> Result<(), u32> {
        verifier
            .verify(user_sig, 1_400_000_000, "administrator", at(now))
            .map_err(|refusal| refusal.code)
    }

    fn code_of(user_sig: &str) -> Result<(), u32> {
        code_at(&verifier(), user_sig, SIGNED_AT)
    }

    #[test]
    fn a_good_one_is_genuine_the_first_time_and_the_second() {
        let verifier = verifier();
        assert_eq!(code_at(&verifier, GOOD, SIGNED_AT), Ok(()));
        assert_eq!(code_at(&verifier, GOOD, SIGNED_AT), Ok(()));
    }

    #[test]
    fn it_lives_to_its_last_second_even_if_remembered() {
        let verifier = verifier();
        assert_eq!(code_at(&verifier, GOOD, SIGNED_AT + DAY - 1), Ok(()));
        assert_eq!(code_at(&verifier, GOOD, SIGNED_AT + DAY), Err(70001));
        assert_eq!(
            code_at(&self::verifier(), GOOD, SIGNED_AT + DAY),
            Err(70001)
        );
    }

    #[test]
    fn it_may_be_declared_expired_before_its_time() {
        let verifier = verifier();
        let code_from = |milliseconds| {
            let validity = Validity {
                now: Duration::from_secs(SIGNED_AT + 10),
                signed_from: Duration::from_millis(milliseconds),
            };
            verifier
                .verify(GOOD, 1_400_000_000, "administrator", validity)
                .map_err(|refusal| refusal.code)
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
    fn a_remembered_one_is_still_only_its_owners() {
        let verifier = verifier();
        assert_eq!(code_at(&verifier, GOOD, SIGNED_AT), Ok(()));
        let refused = verifier.verify(GOOD, 1_400_000_000, "somebody", at(SIGNED_AT));
        assert_eq!(refused.map_err(|refusal| refusal.code), Err(70013));
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

    #[test]
    fn only_so_many_are_remembered() {
        let verifier = verifier();
        verifier
            .genuine
            .lock()
            .unwrap()
            .extend((0..REMEMBERED).map(|n| {
                let claims = Claims {
                    identifier: "administrator".into(),
                    sdk_app_id: 1_400_000_000,
                    signed_at: 0,
                    expire: 1,
                };
                (n.to_string().into(), claims)
            }));
        assert_eq!(code_at(&verifier, GOOD, SIGNED_AT), Ok(()));
        assert_eq!(verifier.genuine.lock().unwrap().len(), 1);
    }
}
