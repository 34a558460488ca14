//! `UserSig`: what is signed can be read and verified, what was changed cannot, and the service's own libraries agree.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use proptest::prelude::*;
use serde_json::{Value, json};
use topic_import_core::{InspectError, SdkAppId, SecretKey, UserId, UserSig, UserSigDocument};

use crate::support::cases;

/// A signature that the service's own libraries made.
struct Vector {
    sdk_app_id: u64,
    identifier: &'static str,
    key: &'static str,
    time: u64,
    expire: u64,
    /// By tls-sig-api-v2 1.1 from `PyPI`.
    python: &'static str,
    /// By tls-sig-api-v2 1.0.2 from npm.
    node: &'static str,
    /// `TLS.sig`, the same in both.
    sig: &'static str,
}

/// The keys are made up. Between them, the signatures hold every replaced character.
const VECTORS: [Vector; 5] = [
    Vector {
        sdk_app_id: 1_400_000_000,
        identifier: "administrator",
        key: "9f1c7a40d2b85e6630fa41c8d7e92b155ac3087e4d6bf9120c8e73a5d41f6b29",
        time: 1_707_290_128,
        expire: 86_400,
        python: "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-Myi0uKEkvyi2BKilOyEwsKMlOACgxNDKAAKpdaUZBZlAqUsTAzgQuWZOaChAzNDcyNLA0MjSxgBmWmgyyxMHdMyzUtqHSNcCmP8nOuiDIPyfUwCsutKAlNMXMyTC70LgxzzMwPskgvt1WqBQBLWTXU",
        node: "eJw1il0LgjAYRv-Lex2yDXNr0IV9QFB0USbhnbQpLzGdc*Qi*u*B2nP3nHM*kJ2u0Us7kMAiAovxo9KNxwpHXCqDDfbelb51c9CrZ2ktKpA0JvMm49FokJQTzlaEMjFRHSw6DVIk8T-ssQYJgqeVWdr3-r4bivM2FDwzB5ab4G8q2dBHd*zyFNuLqIc1fH*8STR0",
        sig: "87Afm5pyEXDwZNCxZ7TmH2VmxtUd6B1cqKqVAioR8gw=",
    },
    Vector {
        sdk_app_id: 88_888_888,
        identifier: "admin",
        key: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        time: 1_448_357_837,
        expire: 15_552_000,
        python: "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkElNyM-NgUsUp2YkFBZkpQAkLKIDKpFYUZBalAsUNTU1NjQwMDKDiJZm5YFETEwtjU3MLY3OYSZnpYGtzsisqIvNdPM2KM93MwwsDM8zTnc3Dvf2DvbMiPAodDQy9nPKLvZxyfLJtlWoBUtcycw__",
        node: "eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwokpuZl5UInilOzEgoLMFCUrCyiAiJdk5qYqWRmamFgYm5pbGJtDRFMrCjKLQOKmpqZGBgYGUDMy00GW5WRXVETmu3iaFWe6mYcXBmaYpzubh3v7B3tnRXgUOhoYejnlF3s55fhk2yrVAgDk5jET",
        sig: "2lkxxYoDI6siF7WqQh7gC7WKOSKjXHqA01JBosJBlLk=",
    },
    Vector {
        sdk_app_id: 20_000_001,
        identifier: "user 1+/=&%",
        key: "e3b7c05d91f24a68be07d3165c9fa284704d1be86f32c95a0be8417d26f3ac50",
        time: 1_700_000_000,
        expire: 604_800,
        python: "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkSotTixQMtfVt1VRhCopTshMLCjJTgNJGBmBgCJVJrSjILEoFipsZmFgYGEBFSzJzQWKG5gZQADMnMx1kg0GxaY5rQJZzUE5ZkkeqX0WeRVJKUlRFUZJ2jk9gSGFYQH6EqW*5b365ZaitUi0AsMczeQ__",
        node: "eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwqXFqUUKhtr6tmqqUOnilOzEgoLMFCUrIwMwMISIl2TmpipZGZobQAFENLWiILMoVcnKzMDEAiZWnJmuZKVkUGya4xqQ5RyUU5bkkepXkWeRlJIUVVGUpJ3jExhSGBaQH2HqW*6bX24ZaqtUCwA4PzIZ",
        sig: "0s5lEPjCRlvbHeNxn8bdbZxrb+lLQTqVPoX5MwMow9U=",
    },
    Vector {
        sdk_app_id: 1_600_012_345,
        identifier: r#"a"b\c<d>{e}~`'|^#?:;,@!$*()[]_-Z"#,
        key: "k",
        time: 4_102_444_800,
        expire: 1,
        python: "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkEmOUkmJikm1S7KpTa*sS1GvilO2trHUcFFW0NDSjY*N1o2D6ilOyEwsKMlOAugzNDAwMDI2MTUyhcqkVBZlFqSAZqEBJZi6Ia2JoYGRiYmJhYAAzJDMdZKtjcoqbmaV*eViIY2iaeaCjW2loUHFSla*pYUZejktuiH5AdllGZXZFUKKjrVItAFv1OZU_",
        node: "eJwti8kOgjAUAL-Fp4lLVFqsW12bGE6auIAHxQVo1QYhBFFxwW83QY8zk3mBPl5UbyIECmoVQTllyYUfyYNMtWWCbZpOl-dfIvns8*9tdkA75WEmVyoU15tdZfW-Lty1gkByoLiBEMJqjdR-JZKeAEowUgkhLYR*VsSBDAVQ-N-lESgwh2uNtnJf6sw4NGdMuxrzi-2c1PHJP488XZm6t9PDjecW60HyBaIrODU_",
        sig: "AcdF69/wVTAUf7QAFuURsbzM51hnlDmT/PkvhykxRaA=",
    },
    Vector {
        sdk_app_id: 4_294_967_295,
        identifier: "0",
        key: "short made-up key",
        time: 0,
        expire: 4_294_967_295,
        python: "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIk4MLFKdmJBQWZKUBBEyNLE0szcyNLU6hcakVBZlEqNpmSzFyQuAHMkMx0kKGhfq7BJRamPvmhrolOZnkRoRa*EU7*wa4VrgbpQellZSllpsZegXnBidqRtkq1AD6IL0A_",
        node: "eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwjDB4pTsxIKCzBQlKxMjSxNLM3MjS1OITElmbqqSlQGEk1pRkFmUiqmoODNdyUop1M81uMTC1Cc-1DXRySwvItTCN8LJP9i1wtUgPSi9rCylzNTYKzAvOFE70lapFgDz2C3g",
        sig: "UNESt85LoUEaB6nXU8MXBOSExE0gRgvvdv53JQnSa+Y=",
    },
];

impl Vector {
    fn key(&self) -> SecretKey {
        SecretKey::parse(self.key).unwrap()
    }

    fn sign(&self) -> UserSig {
        let identifier = UserId::parse(self.identifier).unwrap();
        let app = SdkAppId::new(self.sdk_app_id);
        UserSig::sign(&self.key(), app, &identifier, self.time, self.expire)
    }

    fn document(&self) -> Value {
        json!({
            "TLS.ver": "2.0",
            "TLS.identifier": self.identifier,
            "TLS.sdkappid": self.sdk_app_id,
            "TLS.expire": self.expire,
            "TLS.time": self.time,
            "TLS.sig": self.sig,
        })
    }

    fn assert_is(&self, document: &UserSigDocument) {
        assert_eq!(document.version, "2.0");
        assert_eq!(document.identifier, self.identifier);
        assert_eq!(document.sdk_app_id, SdkAppId::new(self.sdk_app_id));
        assert_eq!(document.time, self.time);
        assert_eq!(document.expire, self.expire);
        assert_eq!(document.expires_at(), self.time + self.expire);
        assert!(document.is_signed_with(&self.key()));
    }
}

/// The bytes of the document inside a signature, unpacked without the core's help.
fn unpacked(signature: &str) -> Option<Vec<u8>> {
    let base64 = signature
        .replace('*', "+")
        .replace('-', "/")
        .replace('_', "=");
    let compressed = STANDARD.decode(base64).ok()?;
    decompress_to_vec_zlib_with_limit(&compressed, 1 << 20).ok()
}

fn packed(document: &[u8]) -> UserSig {
    let base64 = STANDARD.encode(compress_to_vec_zlib(document, 6));
    let text = base64.replace('+', "*").replace('/', "-").replace('=', "_");
    UserSig::parse(text).unwrap()
}

fn verifies(signature: &UserSig, key: &SecretKey) -> bool {
    signature
        .inspect()
        .is_ok_and(|document| document.is_signed_with(key))
}

#[test]
fn signatures_of_the_official_libraries_are_read_and_verified() {
    for vector in &VECTORS {
        for text in [vector.python, vector.node] {
            let signature = UserSig::parse(text).unwrap();
            assert_eq!(signature.expose(), text);
            vector.assert_is(&signature.inspect().unwrap());
        }
    }
}

#[test]
fn we_sign_what_the_official_libraries_sign() {
    for vector in &VECTORS {
        let signature = vector.sign();
        vector.assert_is(&signature.inspect().unwrap());
        let ours: Value = serde_json::from_slice(&unpacked(signature.expose()).unwrap()).unwrap();
        assert_eq!(ours, vector.document());
        for theirs in [vector.python, vector.node] {
            let theirs: Value = serde_json::from_slice(&unpacked(theirs).unwrap()).unwrap();
            assert_eq!(ours, theirs);
        }
    }
}

#[test]
fn a_signature_verifies_with_its_own_key_alone() {
    for (position, vector) in VECTORS.iter().enumerate() {
        for (other_position, other) in VECTORS.iter().enumerate() {
            let verified = verifies(&vector.sign(), &other.key());
            assert_eq!(verified, position == other_position);
        }
    }
}

#[test]
fn no_single_changed_character_of_a_signature_goes_unnoticed() {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-_";
    let vector = &VECTORS[2];
    let signature = vector.sign().expose().to_owned();
    let document = unpacked(&signature).unwrap();
    for position in 0..signature.len() {
        for &other in ALPHABET {
            let mut changed = signature.clone().into_bytes();
            if changed[position] == other {
                continue;
            }
            changed[position] = other;
            let changed = String::from_utf8(changed).unwrap();
            let verified = verifies(&UserSig::parse(changed.as_str()).unwrap(), &vector.key());
            let the_same = unpacked(&changed).is_some_and(|unpacked| unpacked == document);
            assert!(!verified || the_same, "{changed}");
        }
    }
}

#[test]
fn a_signature_that_was_cut_short_is_none() {
    for vector in &VECTORS {
        let whole = vector.sign().expose().trim_end_matches('_').to_owned();
        for end in 1..whole.len() - 6 {
            let cut = UserSig::parse(&whole[..end]).unwrap().inspect();
            assert!(
                matches!(cut, Err(InspectError::Base64 | InspectError::Zlib)),
                "{cut:?}"
            );
        }
    }
}

#[test]
fn missing_padding_is_tolerated() {
    for vector in &VECTORS {
        for text in [vector.python, vector.node] {
            let signature = UserSig::parse(text.trim_end_matches('_')).unwrap();
            vector.assert_is(&signature.inspect().unwrap());
        }
    }
}

#[test]
fn a_changed_document_does_not_verify() {
    let vector = &VECTORS[0];
    for (field, value) in [
        ("TLS.identifier", json!("administratos")),
        ("TLS.sdkappid", json!(1_400_000_001)),
        ("TLS.time", json!(1_707_290_129)),
        ("TLS.expire", json!(864_000)),
        ("TLS.sig", json!("")),
        (
            "TLS.sig",
            json!("87Afm5pyEXDwZNCxZ7TmH2VmxtUd6B1cqKqVAioR8g=="),
        ),
        ("TLS.sig", json!("no base64")),
    ] {
        let mut document = vector.document();
        document[field] = value;
        let signature = packed(document.to_string().as_bytes());
        assert!(!signature.inspect().unwrap().is_signed_with(&vector.key()));
    }
}

#[test]
fn what_is_no_signature_says_at_which_layer_it_fails() {
    let whole = VECTORS[0].document();
    let without = |field: &str| {
        let mut document = whole.clone();
        document.as_object_mut().unwrap().remove(field);
        packed(document.to_string().as_bytes())
    };
    let with = |field: &str, value: Value| {
        let mut document = whole.clone();
        document[field] = value;
        packed(document.to_string().as_bytes())
    };
    let text = |text: &str| UserSig::parse(text).unwrap();
    for (signature, error) in [
        (text("A"), InspectError::Base64),
        (text("_"), InspectError::Base64),
        (text("eJ_rVg__"), InspectError::Base64),
        (text("AAAA"), InspectError::Zlib),
        (packed(&vec![b' '; 65 * 1024]), InspectError::Zlib),
        (packed(b""), InspectError::Document),
        (packed(b"{}"), InspectError::Document),
        (packed(b"null"), InspectError::Document),
        (without("TLS.ver"), InspectError::Document),
        (without("TLS.identifier"), InspectError::Document),
        (without("TLS.sdkappid"), InspectError::Document),
        (without("TLS.expire"), InspectError::Document),
        (without("TLS.time"), InspectError::Document),
        (without("TLS.sig"), InspectError::Document),
        (with("TLS.time", json!("0")), InspectError::Document),
        (with("TLS.expire", json!(-1)), InspectError::Document),
    ] {
        assert_eq!(signature.inspect(), Err(error), "{}", signature.expose());
    }
}

#[test]
fn a_document_is_read_up_to_64_kib() {
    let mut document = VECTORS[0].document().to_string().into_bytes();
    document.resize(64 * 1024, b' ');
    assert!(packed(&document).inspect().is_ok());
    document.push(b' ');
    assert_eq!(packed(&document).inspect(), Err(InspectError::Zlib));
}

#[test]
fn a_document_of_another_version_is_no_signature() {
    for version in ["1.0", "2", "3.0", ""] {
        let mut document = VECTORS[0].document();
        document["TLS.ver"] = json!(version);
        let inspected = packed(document.to_string().as_bytes()).inspect();
        assert_eq!(inspected, Err(InspectError::Version), "{version:?}");
    }
}

#[test]
fn only_the_characters_of_a_signature_are_taken() {
    for text in [
        "", " abc", "abc\n", "a+b", "a/b", "a=b", "a%2Ab", "a&b", "é",
    ] {
        assert!(UserSig::parse(text).is_err(), "{text:?}");
    }
    assert_eq!(UserSig::parse("aZ09*-_").unwrap().expose(), "aZ09*-_");
}

#[test]
fn an_empty_key_is_none() {
    assert!(SecretKey::parse("").is_err());
    assert!(SecretKey::parse(" ").is_ok());
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn what_was_signed_is_what_is_read(
        key in ".+",
        other_key in ".+",
        identifier in "[ -~]{1,32}",
        app: u64,
        time: u64,
        expire: u64,
    ) {
        let own = SecretKey::parse(key.as_str()).unwrap();
        let user = UserId::parse(identifier.as_str()).unwrap();
        let signature = UserSig::sign(&own, SdkAppId::new(app), &user, time, expire);
        prop_assert!(UserSig::parse(signature.expose()).is_ok());

        let document = signature.inspect().unwrap();
        prop_assert_eq!(&document.version, "2.0");
        prop_assert_eq!(&document.identifier, &identifier);
        prop_assert_eq!(document.sdk_app_id.get(), app);
        prop_assert_eq!((document.time, document.expire), (time, expire));
        prop_assert_eq!(document.expires_at(), time.saturating_add(expire));
        prop_assert!(document.is_signed_with(&own));
        let other = SecretKey::parse(other_key.as_str()).unwrap();
        prop_assert_eq!(document.is_signed_with(&other), key == other_key);
    }

    #[test]
    fn no_change_to_the_key_goes_unnoticed(
        key in "[ -~]{1,80}",
        position: prop::sample::Index,
        char in prop::char::range(' ', '~'),
    ) {
        let user = UserId::parse("u").unwrap();
        let own = SecretKey::parse(key.as_str()).unwrap();
        let document = UserSig::sign(&own, SdkAppId::new(1), &user, 2, 3).inspect().unwrap();
        let position = position.index(key.len());
        let mut replaced = key.clone();
        replaced.replace_range(position..=position, char.encode_utf8(&mut [0; 4]));
        let mut longer = key.clone();
        longer.insert(position, char);
        for changed in [replaced, longer] {
            let same = changed == key;
            prop_assert_eq!(document.is_signed_with(&SecretKey::parse(changed).unwrap()), same);
        }
    }

    #[test]
    fn any_text_is_inspected_without_harm(text in "[A-Za-z0-9*_-]{1,200}", bytes: Vec<u8>) {
        let signatures = [UserSig::parse(text).unwrap(), packed(&bytes)];
        for signature in signatures {
            prop_assert!(!verifies(&signature, &SecretKey::parse("k").unwrap()));
        }
    }
}
