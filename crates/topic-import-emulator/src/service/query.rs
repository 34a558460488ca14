use std::collections::HashMap;
use std::str::FromStr;

use percent_encoding::percent_decode_str;

use crate::service::code;
use crate::service::refusal::Refusal;

/// The parameters of a call's URL \[O\], each present exactly once and well formed.
///
/// The type does not implement `Debug`, because `user_sig` is a secret.
pub(crate) struct Query {
    pub(crate) sdk_app_id: u64,
    pub(crate) identifier: String,
    pub(crate) user_sig: String,
    pub(crate) random: u32,
}

/// The parameters that are read. Any other is ignored.
const NAMES: [&str; 5] = ["sdkappid", "identifier", "usersig", "random", "contenttype"];

impl Query {
    pub(crate) fn parse(query: &str) -> Result<Self, Refusal> {
        let mut given = HashMap::new();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            if NAMES.contains(&name) && given.insert(name, decode(name, value)?).is_some() {
                return Err(url(format!("the URL has {name} twice")));
            }
        }
        let sdk_app_id = given.remove("sdkappid").ok_or_else(|| {
            Refusal::new(
                code::NO_SDK_APP_ID,
                "the URL has no sdkappid (names of parameters are case-sensitive)",
            )
        })?;
        let sdk_app_id = number(&sdk_app_id)
            .filter(|id| *id != 0)
            .ok_or_else(|| Refusal::new(code::INVALID_SDK_APP_ID, "sdkappid is not an SDKAppID"))?;
        let identifier = present(&mut given, "identifier")?;
        if given.get("usersig").is_some_and(String::is_empty) {
            return Err(Refusal::new(code::USER_SIG_EMPTY, "the UserSig is empty"));
        }
        let user_sig = present(&mut given, "usersig")?;
        let random = number(&present(&mut given, "random")?)
            .ok_or_else(|| url("random is not an integer from 0 to 4294967295"))?;
        if present(&mut given, "contenttype")? != "json" {
            return Err(url("contenttype is not json"));
        }
        Ok(Self {
            sdk_app_id,
            identifier,
            user_sig,
            random,
        })
    }
}

/// Decodes a parameter's value. A `+` is refused, because some servers decode it as a space and others do not.
fn decode(name: &str, value: &str) -> Result<String, Refusal> {
    if value.contains('+') {
        return Err(url(format!("{name} has a + that is not percent-encoded")));
    }
    let value = percent_decode_str(value).decode_utf8();
    value
        .map(Into::into)
        .map_err(|_| url(format!("{name} is not UTF-8")))
}

fn present(given: &mut HashMap<&str, String>, name: &str) -> Result<String, Refusal> {
    given
        .remove(name)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| url(format!("the URL has no {name}")))
}

/// Parses a text that has only digits, because `FromStr` alone would accept a sign.
fn number<T: FromStr>(text: &str) -> Option<T> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

fn url(info: impl Into<String>) -> Refusal {
    Refusal::new(code::INVALID_URL, info)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        "sdkappid=88888888&identifier=admin&usersig=xxx&random=99999999&contenttype=json";

    fn refused(query: &str) -> u32 {
        match Query::parse(query) {
            Ok(_) => panic!("{query} was taken"),
            Err(refusal) => refusal.code,
        }
    }

    #[test]
    fn the_specifications_sample_is_taken() {
        let query = Query::parse(GOOD).ok().unwrap();
        assert_eq!(query.sdk_app_id, 88_888_888);
        assert_eq!(query.identifier, "admin");
        assert_eq!(query.user_sig, "xxx");
        assert_eq!(query.random, 99_999_999);
    }

    #[test]
    fn values_are_percent_decoded() {
        let query = Query::parse(&GOOD.replace("admin", "a%20%26%3D%2Bb"))
            .ok()
            .map(|query| query.identifier);
        assert_eq!(query.as_deref(), Some("a &=+b"));
    }

    #[test]
    fn what_servers_understand_differently_is_refused() {
        for bad in ["a+b", "%ff"] {
            assert_eq!(refused(&GOOD.replace("admin", bad)), code::INVALID_URL);
        }
    }

    #[test]
    fn random_is_a_u32_to_its_edges() {
        for good in ["0", "4294967295"] {
            assert!(Query::parse(&GOOD.replace("99999999", good)).is_ok());
        }
        for bad in ["4294967296", "-1", "%2B1", "", "1.0", "x"] {
            assert_eq!(
                refused(&GOOD.replace("99999999", bad)),
                code::INVALID_URL,
                "{bad}"
            );
        }
    }

    #[test]
    fn every_parameter_is_required_by_its_exact_name() {
        for (name, code) in [
            ("sdkappid", code::NO_SDK_APP_ID),
            ("identifier", code::INVALID_URL),
            ("usersig", code::INVALID_URL),
            ("random", code::INVALID_URL),
            ("contenttype", code::INVALID_URL),
        ] {
            assert_eq!(refused(&GOOD.replace(name, "other")), code, "{name}");
            assert_eq!(
                refused(&GOOD.replace(name, &name.to_uppercase())),
                code,
                "{name}"
            );
        }
    }

    #[test]
    fn an_empty_parameter_is_missing_but_for_the_signature() {
        let emptied = |name: &str, value: &str| {
            refused(&GOOD.replace(&format!("{name}={value}"), &format!("{name}=")))
        };
        assert_eq!(emptied("usersig", "xxx"), 70002);
        assert_eq!(emptied("identifier", "admin"), 60002);
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        assert_eq!(
            refused(&format!("{GOOD}&identifier=admin")),
            code::INVALID_URL
        );
    }

    #[test]
    fn only_json_in_lower_case_is_a_content_type() {
        assert_eq!(refused(&GOOD.replace("=json", "=JSON")), code::INVALID_URL);
    }

    #[test]
    fn an_sdk_app_id_is_a_positive_number() {
        for bad in ["0", "-1", "abc", "18446744073709551616"] {
            assert_eq!(
                refused(&GOOD.replace("88888888", bad)),
                code::INVALID_SDK_APP_ID,
                "{bad}"
            );
        }
    }
}
