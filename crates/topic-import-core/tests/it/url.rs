//! Where a request goes and what its URL says, letter by letter.

use std::collections::BTreeSet;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use topic_import_core::http::{CONTENT_TYPE, HttpRequest, METHOD};
use topic_import_core::{
    Call, Command, Credentials, Endpoint, Found, GetTopic, GroupId, KnownTopicId, Now, Operation,
    Origin, OriginError, Region, Rule, Service, Session, Step, UserId, UserSig,
};

use crate::support::{
    Driver, GROUP, IDENTIFIER, Reply, TOPIC, body, cases, credentials, endpoint, named, parameter,
    session,
};

/// The hosts of the service's documents and their backups.
const HOSTS: [(&str, &str, &str); 9] = [
    ("china", "console.tim.qq.com", "adminapi.my-imcloud.com"),
    (
        "singapore",
        "adminapisgp.im.qcloud.com",
        "adminapisgp.my-imcloud.com",
    ),
    (
        "seoul",
        "adminapikr.im.qcloud.com",
        "adminapikr.my-imcloud.com",
    ),
    (
        "frankfurt",
        "adminapiger.im.qcloud.com",
        "adminapiger.my-imcloud.com",
    ),
    (
        "mumbai",
        "adminapiind.im.qcloud.com",
        "adminapiind.my-imcloud.com",
    ),
    (
        "silicon-valley",
        "adminapiusa.im.qcloud.com",
        "adminapiusa.my-imcloud.com",
    ),
    (
        "jakarta",
        "adminapiidn.im.qcloud.com",
        "adminapiidn.my-imcloud.com",
    ),
    (
        "tokyo",
        "adminapijpn.im.qcloud.com",
        "adminapijpn.my-imcloud.com",
    ),
    (
        "riyadh",
        "adminapiksa.im.qcloud.com",
        "adminapiksa.my-imcloud.com",
    ),
];

/// A ready-made signature with every odd character that one can hold.
const SIGNATURE: &str = "eJyrVgrxCdYr*aZ09-_";

fn with_signature(app: u64, identifier: &str) -> Credentials {
    let identifier = UserId::parse(identifier).unwrap();
    let signature = UserSig::parse(SIGNATURE).unwrap();
    Credentials::from_user_sig(app, identifier.as_str(), signature.expose()).unwrap()
}

/// The first request of a call that was given this random number.
fn request_with<O: Operation>(session: Session, operation: O, random: u32) -> HttpRequest {
    let mut session = session;
    let mut call = Call::new(operation);
    let now = Now {
        elapsed: Duration::ZERO,
        unix_seconds: 1_700_000_000,
    };
    let _ = call.next(&mut session, now, !random);
    match call.next(&mut session, now, random) {
        Step::Send(request) => request,
        _ => panic!("nothing sent"),
    }
}

#[test]
fn the_url_is_the_specifications() {
    let endpoint = Endpoint::custom(Origin::parse("https://xxxxxx").unwrap());
    let session = Session::new(endpoint, with_signature(88_888_888, "admin"));
    assert_eq!(
        request_with(session, named(), 99_999_999).url,
        "https://xxxxxx/v4/group_open_http_svc/import_topic?sdkappid=88888888&identifier=admin&usersig=eJyrVgrxCdYr*aZ09-_&random=99999999&contenttype=json"
    );
    assert_eq!((METHOD, CONTENT_TYPE), ("POST", "application/json"));
}

#[test]
fn random_takes_every_number_of_32_bits() {
    for (random, written) in [(0, "0"), (u32::MAX, "4294967295"), (1 << 31, "2147483648")] {
        let request = request_with(session(), named(), random);
        assert_eq!(parameter(&request, "random"), written);
    }
}

#[test]
fn every_region_has_its_hosts() {
    assert_eq!(Region::ALL.len(), HOSTS.len());
    for (name, primary, backup) in HOSTS {
        let region: Region = name.parse().unwrap();
        assert_eq!(region.to_string(), name);
        let endpoint = Endpoint::region(region);
        assert_eq!(endpoint, Endpoint::from(region));
        assert_eq!(endpoint.primary().as_str(), format!("https://{primary}"));
        assert_eq!(
            endpoint.backup().unwrap().as_str(),
            format!("https://{backup}")
        );

        let mut driver = Driver::new(Session::new(endpoint, credentials()));
        let mut call = Call::new(named());
        for host in [primary, backup] {
            let request = driver.request(&mut call);
            let expected = format!("https://{host}/v4/group_open_http_svc/import_topic");
            assert_eq!(request.url_and_query().0, expected);
            let _ = driver.report(&mut call, Reply::NotSent);
        }
    }
}

#[test]
fn a_region_is_found_however_its_name_or_its_code_is_written() {
    let written = [
        (Region::China, ["China", "CN", "CHINA", " china "]),
        (Region::Singapore, ["SINGAPORE", "sgp", "Sgp", "singa-pore"]),
        (Region::Seoul, ["Seoul", "kr", "KR", "seoul"]),
        (Region::Frankfurt, ["frankFurt", "ger", "GER", "frankfurt"]),
        (Region::Mumbai, ["Mumbai", "ind", "IND", "mumbai"]),
        (
            Region::SiliconValley,
            ["Silicon Valley", "siliconvalley", "silicon_valley", "USA"],
        ),
        (Region::Jakarta, ["Jakarta", "idn", "IDN", "jakarta"]),
        (Region::Tokyo, ["Tokyo", "jpn", "JPN", "tokyo"]),
        (Region::Riyadh, ["Riyadh", "ksa", "KSA", "riyadh"]),
    ];
    assert_eq!(written.len(), Region::ALL.len());
    for (region, texts) in written {
        for text in texts.into_iter().chain([region.name()]) {
            assert_eq!(text.parse(), Ok(region), "{text}");
        }
    }
    for text in [
        "",
        "-",
        "mars",
        "sg",
        "singapor",
        "singapore1",
        "ｃｈｉｎａ",
    ] {
        let error = text.parse::<Region>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "no such region: choose china, singapore, seoul, frankfurt, mumbai, silicon-valley, jakarta, tokyo or riyadh",
            "{text}"
        );
    }
}

#[test]
fn a_service_is_found_however_its_name_is_written() {
    for text in ["Group_Open_Http_Svc", "group-open-http-svc"] {
        assert_eq!(text.parse(), Ok(Service::GroupOpenHttpSvc), "{text}");
    }
    let error = "group_open".parse::<Service>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "no such service: choose group_open_http_svc or million_group_open_http_svc"
    );
}

#[test]
fn names_are_displayed_as_they_are_sent() {
    for service in Service::ALL {
        assert_eq!(service.to_string(), service.name());
    }
    assert_eq!(Command::IMPORT_TOPIC.to_string(), "import_topic");
    let origin = Origin::parse("https://chat.example.com/").unwrap();
    assert_eq!(origin.to_string(), "https://chat.example.com");
    let id = KnownTopicId::parse(TOPIC).unwrap();
    assert_eq!(id.to_string(), TOPIC);
}

#[test]
fn the_service_is_a_setting_of_import_topic_alone() {
    for (service, name) in [
        (Service::GroupOpenHttpSvc, "group_open_http_svc"),
        (
            Service::MillionGroupOpenHttpSvc,
            "million_group_open_http_svc",
        ),
    ] {
        assert_eq!(name.parse(), Ok(service));
        let session = || {
            let endpoint = endpoint().with_service(service);
            Session::new(endpoint, credentials())
        };
        let import = request_with(session(), named(), 1);
        let expected = format!("https://chat.example.com/v4/{name}/import_topic");
        assert_eq!(import.url_and_query().0, expected);
        let group = GroupId::parse(GROUP).unwrap();
        let read_back = request_with(session(), GetTopic::all(group), 1);
        assert_eq!(
            read_back.url_and_query().0,
            "https://chat.example.com/v4/million_group_open_http_svc/get_topic"
        );
    }
    assert_eq!(Service::default().name(), "group_open_http_svc");
}

#[test]
fn a_backup_may_be_added_to_an_endpoint_of_ones_own() {
    let backup = Origin::parse("http://[::1]:8080/").unwrap();
    let endpoint = endpoint().with_backup(backup);
    let mut driver = Driver::new(Session::new(endpoint, credentials()));
    let mut call = Call::new(named());
    let first = driver.request(&mut call);
    assert!(first.url.starts_with("https://chat.example.com/v4/"));
    let _ = driver.report(&mut call, Reply::NotSent);
    let second = driver.request(&mut call);
    assert!(second.url.starts_with("http://[::1]:8080/v4/"));
}

#[test]
fn what_get_topic_asks_for_is_in_its_body() {
    let group = || GroupId::parse(GROUP).unwrap();
    let sent = |operation| body(&request_with(session(), operation, 1));
    assert_eq!(
        sent(GetTopic::all(group())),
        json!({"GroupId": GROUP, "From_Account": IDENTIFIER})
    );
    let id = KnownTopicId::parse(TOPIC).unwrap();
    assert_eq!(
        sent(GetTopic::one(group(), id.clone())),
        json!({"GroupId": GROUP, "From_Account": IDENTIFIER, "TopicIdList": [TOPIC]})
    );
    let fifty = GetTopic::of(group(), vec![id.clone(); 50]).unwrap();
    assert_eq!(sent(fifty)["TopicIdList"].as_array().unwrap().len(), 50);
    for count in [0, 51] {
        let refused = GetTopic::of(group(), vec![id.clone(); count]).unwrap_err();
        assert_eq!(refused[0].rule, Rule::Count);
        assert_eq!(refused[0].found, Found::Items(count));
    }
}

#[test]
fn an_origin_is_scheme_host_and_port_alone() {
    for (text, error) in [
        ("", OriginError::Scheme),
        ("HTTPS://host", OriginError::Scheme),
        ("https:/host", OriginError::Scheme),
        ("https:///", OriginError::Host),
        ("https://host//", OriginError::Host),
        ("https://host/v4", OriginError::Host),
        ("https://host#", OriginError::Host),
        ("https://ho st", OriginError::Host),
        ("https://host\n", OriginError::Host),
        ("https://höst", OriginError::Host),
        ("https://user:password@host", OriginError::Port),
        ("https://[host]", OriginError::Host),
        ("https://[127.0.0.1]", OriginError::Host),
        ("https://host:99999", OriginError::Port),
        ("http://127.0.0.1.example.com", OriginError::PlainHttp),
        ("http://0.0.0.0", OriginError::PlainHttp),
        ("http://example.com", OriginError::PlainHttp),
    ] {
        assert_eq!(Origin::parse(text), Err(error), "{text:?}");
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn an_identifier_of_any_printable_characters_is_one_parameter(
        identifier in "[ -~]{1,32}",
        app: u64,
        random: u32,
    ) {
        let session = Session::new(endpoint(), with_signature(app, &identifier));
        let request = request_with(session, named(), random);
        let (_, query) = request.url.split_once('?').unwrap();
        let pairs: Vec<_> = query.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
        let names: Vec<_> = pairs.iter().map(|(name, _)| *name).collect();
        prop_assert_eq!(names, ["sdkappid", "identifier", "usersig", "random", "contenttype"]);

        let values: Vec<_> = pairs.iter().map(|(_, value)| *value).collect();
        prop_assert_eq!(values[0], app.to_string());
        let decoded = percent_decode_str(values[1]).decode_utf8().unwrap();
        prop_assert_eq!(decoded.as_ref(), identifier.as_str());
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
        prop_assert!(values[1].bytes().all(is_safe), "{}", values[1]);
        prop_assert_eq!(&values[2..], [SIGNATURE, &random.to_string(), "json"]);
    }

    #[test]
    fn a_signature_needs_no_encoding(seconds: u32, app: u64, secret in "[ -~]{1,64}") {
        let credentials = Credentials::from_key(app, IDENTIFIER, secret.as_str()).unwrap();
        let mut session = Session::new(endpoint(), credentials);
        let mut call = Call::new(named());
        let now = Now { elapsed: Duration::ZERO, unix_seconds: seconds.into() };
        let _ = call.next(&mut session, now, 0);
        let Step::Send(request) = call.next(&mut session, now, 0) else { panic!("nothing sent") };
        let odd: BTreeSet<char> = parameter(&request, "usersig")
            .chars()
            .filter(|char| !char.is_ascii_alphanumeric() && !"*-_".contains(*char))
            .collect();
        prop_assert_eq!(odd, BTreeSet::new());
    }

    #[test]
    fn an_origin_takes_any_host_name_and_port(
        host in "[a-z0-9]([a-z0-9.-]{0,30}[a-z0-9])?",
        port in prop::option::of(1_u16..),
        slash in select(vec!["", "/"]),
    ) {
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        let origin = format!("https://{host}{port}");
        let parsed: Origin = format!("{origin}{slash}").parse().unwrap();
        prop_assert_eq!(parsed.as_str(), origin);
    }
}
