//! Ready-made signatures, and the documents inside them.

use serde_json::Value;
use topic_import_core::{SdkAppId, SecretKey, UserId, UserSig, UserSigDocument};

use crate::choices::Choices;

/// A signature holds no larger document.
const MAX_DOCUMENT_BYTES: usize = 64 * 1024;

pub(crate) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    match choices.byte() % 3 {
        0 => text(choices.rest()),
        1 => document(choices.rest()),
        _ => signed(choices),
    }
}

/// A text that may be a signature.
fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let signature = match UserSig::parse(&*text) {
        Ok(signature) => signature,
        Err(error) => return assert_hidden(&text, &format!("{error} {error:?}")),
    };
    assert_eq!(signature.expose(), text);
    assert_hidden(&text, &format!("{signature:?}"));
    match signature.inspect() {
        Ok(document) => assert_sound(&document),
        Err(error) => assert_hidden(&text, &format!("{error} {error:?}")),
    }
}

/// A document, in the wrapping in which a signature has it.
fn document(json: &[u8]) {
    use base64::Engine as _;
    let compressed = miniz_oxide::deflate::compress_to_vec_zlib(json, 1);
    let text = base64::engine::general_purpose::STANDARD.encode(compressed);
    let text = text.replace('+', "*").replace('/', "-").replace('=', "_");
    let signature = UserSig::parse(&*text).unwrap();
    let read = serde_json::from_slice::<UserSigDocument>(json).ok();
    let read = read.filter(|read| read.version == "2.0" && json.len() <= MAX_DOCUMENT_BYTES);
    let inspected = signature.inspect();
    assert_eq!(inspected.ok(), read);
    if let Some(document) = read {
        assert_sound(&document);
    }
}

/// A signature that is made here.
fn signed(mut choices: Choices<'_>) {
    let app = SdkAppId::new(choices.number(8));
    let (time, expire) = (choices.number(8), choices.number(8));
    let length = usize::from(choices.byte());
    let user = String::from_utf8_lossy(choices.take(length)).into_owned();
    let key = String::from_utf8_lossy(choices.rest()).into_owned();
    let (Ok(user), Ok(secret)) = (UserId::parse(&*user), SecretKey::parse(&*key)) else {
        return;
    };
    let signature = UserSig::sign(&secret, app, &user, time, expire);
    assert_hidden(signature.expose(), &format!("{signature:?} {secret:?}"));
    let document = signature.inspect().unwrap();
    assert_eq!(document.identifier, user.as_str());
    assert_eq!((document.sdk_app_id, document.time), (app, time));
    assert_eq!(document.expire, expire);
    assert!(document.is_signed_with(&secret));
    let other = SecretKey::parse(key + "x").unwrap();
    assert!(!document.is_signed_with(&other));
    assert_sound(&document);
}

fn assert_sound(document: &UserSigDocument) {
    assert!(document.expires_at() >= document.time);
    let json = serde_json::to_value(document).unwrap();
    let again: UserSigDocument = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(again, *document);
    // What authorises stands in the document under this name alone.
    let Value::String(sig) = &json["TLS.sig"] else {
        panic!("{json}");
    };
    let said = [&document.identifier, &document.version];
    if !said.into_iter().any(|text| text.contains(&**sig)) {
        assert_hidden(sig, &format!("{document:?}"));
    }
}

/// A secret that is long enough not to be part of any other text does not stand in this one.
fn assert_hidden(secret: &str, text: &str) {
    assert!(secret.len() < 24 || !text.contains(secret), "{text}");
}
