//! Whatever the service repeats of a URL, neither the key nor the signature is ever printed.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use topic_import_core::http::{HttpRequest, HttpResponse};
use topic_import_core::{Call, Credentials, InspectError, SdkAppId, Session, Step, UserSig};

use crate::support::{
    Driver, KEY, Reply, SDK_APP_ID, Turn, administrator, cases, command, credentials, endpoint,
    key, named, parameter, refusal, refusal_saying, session,
};

/// So many characters of a signature in a row are too many.
const PIECE: usize = 20;

/// Checks that no piece of the secret stands in the text, not even percent-encoded.
fn assert_hidden(secret: &str, text: &str) {
    let decoded = ["%2A*", "%2a*", "%2D-", "%2d-", "%5F_", "%5f_"]
        .into_iter()
        .map(|pair| pair.split_at(3))
        .fold(text.to_owned(), |text, (encoded, plain)| {
            text.replace(encoded, plain)
        });
    // Every piece holds one of the halves at even places whole.
    let halves = secret.as_bytes().chunks(PIECE / 2);
    let suspect = halves
        .filter(|half| decoded.contains(std::str::from_utf8(half).unwrap()))
        .count()
        > 0;
    let last = secret.len().saturating_sub(PIECE);
    for start in (0..=last).filter(|_| suspect) {
        let piece = &secret[start..secret.len().min(start + PIECE)];
        assert!(!decoded.contains(piece), "{piece} stands in: {text}");
    }
}

/// An error as a careless program prints it: `Debug`, `Display`, and the same of every source.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        writeln!(text, "{error}\n{error:?}\n{error:#?}").unwrap();
        next = error.source();
    }
    text
}

/// All that a program can print while a call runs into these answers, and the signatures that were sent.
fn printed(
    session: Session,
    mut reply: impl FnMut(&HttpRequest) -> Reply,
) -> (String, BTreeSet<String>) {
    let mut driver = Driver::new(session);
    let mut call = Call::new(named()).with_deadline(Duration::from_secs(1));
    let mut text = String::new();
    let mut signatures = BTreeSet::new();
    let outcome = loop {
        let turn = driver.turn(&mut call);
        writeln!(text, "{call:?}\n{:?}", driver.session).unwrap();
        match turn {
            Turn::Sent(request) => {
                writeln!(text, "{request:?}\n{}", request.url_and_query().0).unwrap();
                signatures.insert(parameter(&request, "usersig").to_owned());
                let reply = reply(&request);
                let _ = driver.report(&mut call, reply);
            }
            Turn::Ended(outcome) => break outcome,
        }
        writeln!(text, "{call:?}").unwrap();
        if let Some(failure) = call.last_failure() {
            text += &chain(failure);
        }
    };
    text += &chain(&outcome.unwrap_err());
    (text, signatures)
}

/// Where a service can put a text that it repeats.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// `ErrorInfo`, with a code that is final.
    Refusal,
    /// `ErrorInfo`, with a code after which the call is repeated.
    Repetition,
    /// `ErrorInfo` of `get_topic`.
    ReadBack,
    /// A page at status 200.
    Page,
    /// A page at status 502.
    FailedPage,
}

const PLACES: [Place; 5] = [
    Place::Refusal,
    Place::Repetition,
    Place::ReadBack,
    Place::Page,
    Place::FailedPage,
];

impl Place {
    fn reply(self, request: &HttpRequest, text: &str) -> Reply {
        match (self, command(request)) {
            (Self::Refusal, _) => refusal_saying(10004, text),
            (Self::Repetition, _) => refusal_saying(60004, text),
            (Self::ReadBack, "import_topic") => refusal(10021),
            (Self::ReadBack, _) => refusal_saying(10007, text),
            (Self::Page, _) => HttpResponse::new(200, text.into()),
            (Self::FailedPage, _) => HttpResponse::new(502, text.into()),
        }
        .into()
    }
}

/// Checks what is printed where a service repeats the URL in this way, in every place.
fn assert_kept_by(session: impl Fn() -> Session, echo: impl Fn(&str) -> String) {
    for place in PLACES {
        let (text, signatures) = printed(session(), |request| {
            place.reply(request, &echo(&request.url))
        });
        assert_hidden(KEY, &text);
        for signature in signatures {
            assert_hidden(&signature, &text);
        }
    }
}

fn assert_kept(echo: impl Fn(&str) -> String) {
    assert_kept_by(session, echo);
}

/// Where in the URL the signature stands.
fn signature_in(url: &str) -> std::ops::Range<usize> {
    let start = url.find("usersig=").unwrap() + "usersig=".len();
    start..start + url[start..].find('&').unwrap()
}

#[test]
fn a_url_that_is_repeated_is_not_printed() {
    assert_kept(str::to_owned);
    assert_kept(|url| {
        format!("<html><body>no such page: <a href=\"{url}\">{url}</a></body></html>")
    });
}

#[test]
fn a_url_that_is_repeated_with_percent_signs_is_not_printed() {
    for star in ["%2A", "%2a", "%2A%2a"] {
        let mut encoded = star.as_bytes().chunks(3).cycle();
        let encoded = std::cell::RefCell::new(&mut encoded);
        assert_kept(|url| {
            let mut text = String::new();
            for char in url.chars() {
                if char == '*' {
                    text += std::str::from_utf8(encoded.borrow_mut().next().unwrap()).unwrap();
                } else {
                    text.push(char);
                }
            }
            text
        });
    }
    assert_kept(|url| {
        url.replace('*', "%2A")
            .replace('-', "%2D")
            .replace('_', "%5F")
    });
}

#[test]
fn a_url_that_is_cut_anywhere_in_its_signature_is_not_printed() {
    let url = Driver::new(session()).request(&mut Call::new(named())).url;
    let cuts = signature_in(&url).skip(PIECE).step_by(23);
    for cut in cuts {
        assert_kept(|url| format!("bad request: {}", &url[..cut]));
        assert_kept(|url| format!("… {}", &url[cut..]));
    }
}

#[test]
fn a_signature_across_the_end_of_the_excerpt_is_not_printed() {
    for before in (200..=520).step_by(20) {
        assert_kept(|url| format!("{}{url}", " ".repeat(before)));
    }
}

#[test]
fn a_url_that_is_repeated_again_and_again_is_not_printed() {
    for times in [2, 10, 24, 30, 40, 200] {
        assert_kept(|url| url.repeat(times));
        assert_kept(|url| url[signature_in(url)].repeat(times));
    }
}

#[test]
fn a_ready_made_signature_of_any_length_is_not_printed() {
    for length in [50, 1_000, 8_000, 9_000, 20_000] {
        let mut seed = 1_u64;
        let text: String = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"[(seed >> 59) as usize])
        })
        .take(length)
        .collect();
        let session = || {
            let signature = UserSig::parse(text.as_str()).unwrap();
            let app = SdkAppId::new(SDK_APP_ID);
            let credentials =
                Credentials::from_user_sig(app, administrator().as_str(), signature.expose())
                    .unwrap();
            Session::new(endpoint(), credentials)
        };
        assert_kept_by(session, str::to_owned);
    }
}

#[test]
fn a_signature_that_has_been_renewed_meanwhile_is_not_printed() {
    for renewals in 1..=4 {
        let mut driver = Driver::new(session());
        let mut late = Call::new(named());
        let late_url = driver.request(&mut late).url;
        for _ in 0..renewals {
            let mut other = Call::new(named());
            driver.request(&mut other);
            let _ = driver.report(&mut other, refusal(70001).into());
            driver.pass(Duration::from_secs(2));
            driver.request(&mut other);
        }
        let _ = driver.report(&mut late, refusal_saying(10004, &late_url).into());
        let Turn::Ended(Err(error)) = driver.turn(&mut late) else {
            panic!("not rejected")
        };
        assert_hidden(&late_url[signature_in(&late_url)], &chain(&error));
    }
}

#[test]
fn what_is_no_signature_stays_readable() {
    let info =
        "invalid TopicName, see https://example.com/?sdkappid=1400000001&identifier=administrator";
    let (text, _) = printed(session(), |_| refusal_saying(10004, info).into());
    assert!(
        text.contains(&format!("10004 invalid parameter ({info})")),
        "{text}"
    );

    // However often the signature is repeated before it.
    let (text, _) = printed(session(), |request| {
        let signature = parameter(request, "usersig").repeat(10);
        refusal_saying(10004, &format!("{signature} {info}")).into()
    });
    assert!(text.contains(&format!("([UserSig] {info})")), "{text}");

    let long = "汉".repeat(1_000);
    let (text, _) = printed(session(), |_| refusal_saying(10004, &long).into());
    assert!(text.contains(&format!("({})", "汉".repeat(170))), "{text}");
}

#[test]
fn keys_and_signatures_do_not_print_themselves() {
    let signature = UserSig::sign(&key(), SdkAppId::new(1), &administrator(), 2, 3);
    let document = signature.inspect().unwrap();
    let ready_made =
        Credentials::from_user_sig(1, administrator().as_str(), signature.expose()).unwrap();
    let mut driver = Driver::new(Session::new(endpoint(), ready_made.clone()));
    driver.request(&mut Call::new(named()));
    let text = format!(
        "{:?} {:#?} {:?} {:?} {:?} {:?}",
        key(),
        signature,
        credentials(),
        ready_made,
        document,
        driver.session,
    );
    for what in ["SecretKey(…)", "UserSig(…)", "UserSigDocument {"] {
        assert!(text.contains(what), "{text}");
    }
    assert_hidden(KEY, &text);
    assert_hidden(signature.expose(), &text);
    // `TLS.sig` alone is enough to make the signature again.
    let json = serde_json::to_value(&document).unwrap();
    assert_hidden(json["TLS.sig"].as_str().unwrap(), &text);
}

#[test]
fn a_step_does_not_print_the_request_that_it_holds() {
    let mut session = session();
    let mut call = Call::new(named());
    let mut signature = String::new();
    let mut text = String::new();
    for random in 0..2 {
        let now = Driver::new(self::session()).now();
        let step = call.next(&mut session, now, random);
        writeln!(text, "{step:?}\n{step:#?}\n{call:?}").unwrap();
        if let Step::Send(request) = step {
            parameter(&request, "usersig").clone_into(&mut signature);
            let echo = refusal_saying(10004, &request.url);
            let _ = call.on_result(&mut session, now, Ok(echo));
            writeln!(text, "{:?}", call.next(&mut session, now, 9)).unwrap();
        }
    }
    assert!(text.contains("import_topic?…"), "{text}");
    assert_hidden(&signature, &text);
}

#[test]
fn a_text_that_is_no_signature_is_not_repeated_in_the_error() {
    let text = "notASignatureButSecretAllTheSame";
    let error = UserSig::parse(text).unwrap().inspect().unwrap_err();
    assert_eq!(error, InspectError::Zlib);
    assert_hidden(text, &chain(&error));
}

/// A part of an echo.
#[derive(Clone, Debug)]
enum Part {
    Text(String),
    /// A stretch of the URL.
    Url(Index, Index),
    Signature,
}

fn any_part() -> impl Strategy<Value = Part> {
    prop_oneof![
        2 => "[ -~]{0,400}".prop_map(Part::Text),
        1 => "\\PC{0,40}".prop_map(Part::Text),
        3 => any::<(Index, Index)>().prop_map(|(from, to)| Part::Url(from, to)),
        2 => Just(Part::Signature),
    ]
}

impl Part {
    fn of<'a>(&'a self, url: &'a str) -> &'a str {
        match self {
            Self::Text(text) => text,
            Self::Url(from, to) => {
                let (from, to) = (from.index(url.len()), to.index(url.len()));
                &url[from.min(to)..from.max(to)]
            }
            Self::Signature => &url[signature_in(url)],
        }
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn no_echo_brings_the_signature_into_print(
        parts in prop::collection::vec(any_part(), 1..60),
        star in select(vec!["*", "%2A", "%2a"]),
        place in select(PLACES.to_vec()),
    ) {
        let echo = |url: &str| -> String {
            let text: String = parts.iter().map(|part| part.of(url)).collect();
            text.replace('*', star)
        };
        let reply = |request: &HttpRequest| place.reply(request, &echo(&request.url));
        let (text, signatures) = printed(session(), reply);
        for signature in signatures {
            assert_hidden(&signature, &text);
        }
    }
}
