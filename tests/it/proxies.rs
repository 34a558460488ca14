//! Both clients go through the same proxies, and say of one that fails what it is and that nothing was executed.

use std::env;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use topic_import_core::{CallError, Endpoint, Failure, Origin, Rate, Scope, TransportErrorKind};
use topic_import_driver::{ClientSettings, Proxy, ProxyChoice};

use crate::certificate::Authority;
use crate::client::{Client, Ended, Kind};
use crate::identity::Identity;
use crate::outcome::{Outcome, Why};
use crate::proxy_server::{Conduct, ProxyServer};
use crate::stage::{Over, Stage, Standing};
use crate::tls_front;
use crate::topic::topic;
use crate::watch;
use crate::wire;

const PASSWORD: &str = "canary-password-0123456789abcdef";
/// `user` and the password, as they are sent.
const AUTHORIZATION: &str = "Basic dXNlcjpjYW5hcnktcGFzc3dvcmQtMDEyMzQ1Njc4OWFiY2RlZg==";

/// Its address, with a password that must never be printed.
fn address(proxy: SocketAddr) -> String {
    watch::secret(PASSWORD);
    watch::secret(&AUTHORIZATION["Basic ".len()..]);
    format!("http://user:{PASSWORD}@{proxy}")
}

fn service(over: Over) -> Standing {
    Stage::Emulator(|emulator| emulator).set_up(over)
}

fn settings(service: &Standing, proxy: SocketAddr) -> ClientSettings {
    let endpoint = Endpoint::custom(service.origin.clone());
    let proxy = Proxy::parse(&address(proxy)).unwrap();
    ClientSettings::new(endpoint, Identity::Key.credentials())
        .with_quota(Rate::Unlimited)
        .with_deadline(Duration::from_secs(2))
        .with_extra_certificates(service.authority.as_bytes())
        .with_proxy(ProxyChoice::Through(proxy))
}

fn assert_hidden(text: &str) {
    assert!(!watch::gives_away(text), "a password is printed");
}

#[test]
fn a_call_over_https_goes_through_the_proxys_tunnel() {
    for kind in Kind::BOTH {
        let service = service(Over::Https);
        let proxy = ProxyServer::start(Conduct::Tunnel);
        let settings = settings(&service, proxy.address()).with_deadline(Duration::from_secs(30));
        let client = Client::new(kind, &settings);
        for name in ["One", "Two"] {
            let ended = client.import(topic(name, false));
            assert_eq!(Outcome::of(&ended), Outcome::Created, "{kind:?}: {ended:?}");
        }
        let heads = proxy.heads();
        // The second call uses the connection of the first.
        let [head] = &heads[..] else {
            panic!("{kind:?}: {} tunnels", heads.len());
        };
        let host = service.origin.as_str().strip_prefix("https://").unwrap();
        let asked = format!("CONNECT {host} HTTP/1.1\r\n");
        assert!(head.starts_with(&asked), "{kind:?}");
        let authorization = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"));
        assert_eq!(authorization.unwrap().1, AUTHORIZATION, "{kind:?}");
        assert_hidden(&format!("{settings:#?} {client:#?}"));
    }
}

#[test]
fn a_proxy_may_be_reached_by_tls_and_must_be_who_it_says() {
    for kind in Kind::BOTH {
        let service = service(Over::Https);
        let proxy = ProxyServer::start(Conduct::Tunnel);
        for (name, is_its_name) in [("127.0.0.1", true), ("localhost.example", false)] {
            let authority = Authority::new();
            let front = tls_front::before(proxy.address(), authority.vouch_for(name));
            let through = Proxy::parse(&address(front).replace("http:", "https:")).unwrap();
            let settings = settings(&service, front)
                .with_proxy(ProxyChoice::Through(through))
                .with_extra_certificates(authority.pem().as_bytes());
            let client = Client::new(kind, &settings.with_deadline(Duration::from_secs(5)));
            let before = proxy.heads().len();
            for _ in 0..2 {
                let ended = client.import(topic("Welcome", true));
                let outcome = Outcome::of(&ended);
                if is_its_name {
                    let went_well = matches!(outcome, Outcome::Created | Outcome::Existing);
                    assert!(went_well, "{kind:?}: {ended:?}");
                } else {
                    let why = Why::NotSent(TransportErrorKind::ProxyUnreachable);
                    assert_eq!(outcome, Outcome::NotExecuted(why), "{kind:?}");
                }
            }
            // reqwest may open a connection for the second request before the first one's is free again.
            let tunnels = proxy.heads().len() - before;
            let most = if is_its_name { 2 } else { 0 };
            let is_as_named = (usize::from(is_its_name)..=most).contains(&tunnels);
            assert!(is_as_named, "{kind:?}, {name}: {tunnels} tunnels");
        }
    }
}

#[test]
fn plain_http_never_leaves_through_a_proxy() {
    for kind in Kind::BOTH {
        let service = service(Over::PlainHttp);
        let proxy = ProxyServer::start(Conduct::Answer(""));
        let client = Client::new(kind, &settings(&service, proxy.address()));
        let ended = client.import(topic("Welcome", false));
        assert_eq!(Outcome::of(&ended), Outcome::Created, "{kind:?}");
        assert!(proxy.heads().is_empty(), "{kind:?}");
    }
}

/// What a call through this proxy that fails comes to, and how its error reads.
fn failed(kind: Kind, proxy: SocketAddr, case: &str) -> (Outcome, Scope, String) {
    let service = service(Over::Https);
    let client = Client::new(kind, &settings(&service, proxy));
    let ended: Ended = client.import(topic("Welcome", false));
    let outcome = Outcome::of(&ended);
    let Err(error) = ended else {
        panic!("{case}: no proxy, and a success");
    };
    assert!(wire::seen(&service).is_empty(), "{case}");
    watch::look_at_error("error", &error);
    let CallError::NotExecuted(Failure::NotSent(why)) = &error else {
        panic!("{case}: {outcome:?}");
    };
    assert_hidden(&format!("{error:?} {error} {why:?} {why}"));
    (outcome, error.scope(), why.to_string())
}

#[test]
fn a_proxy_that_fails_is_named_and_nothing_was_executed() {
    use TransportErrorKind::{ConnectTimeout, ProxyLogin, ProxyRefused, ProxyUnreachable};
    let answer = Conduct::Answer;
    for kind in Kind::BOTH {
        for (conduct, why, scope) in [
            (
                answer("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"),
                ProxyLogin,
                Scope::All,
            ),
            (
                answer("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno"),
                ProxyRefused,
                Scope::Nothing,
            ),
            (
                answer("HTTP/1.1 403 Forbidden\r\n\r\n"),
                ProxyRefused,
                Scope::Nothing,
            ),
            (
                answer("SSH-2.0-OpenSSH_9.9\r\n\r\n"),
                ProxyRefused,
                Scope::Nothing,
            ),
            (answer(""), ProxyUnreachable, Scope::Nothing),
            (Conduct::Hold, ConnectTimeout, Scope::Nothing),
            (Conduct::Drip, ConnectTimeout, Scope::Nothing),
        ] {
            let case = format!("{kind:?}: {conduct:?}");
            let proxy = ProxyServer::start(conduct);
            let begun = Instant::now();
            let (outcome, found, text) = failed(kind, proxy.address(), &case);
            let expected = Outcome::NotExecuted(Why::NotSent(why));
            assert_eq!((outcome, found), (expected, scope), "{case}");
            let named = format!(", proxy {})", proxy.address());
            assert!(text.ends_with(&named), "{case}: {text}");
            if why == ProxyLogin {
                assert_eq!(proxy.heads().len(), 1, "{case}");
            }
            // The deadline is 2 s, however long a proxy drips.
            assert!(begun.elapsed() < Duration::from_secs(15), "{case}");
        }
    }
}

#[test]
fn a_proxy_that_is_not_there_is_named_and_nothing_was_executed() {
    // The port is taken, so that nobody else comes to listen there.
    let nobody = Stage::Refused.set_up(Over::PlainHttp);
    let address = nobody.origin.as_str().strip_prefix("http://").unwrap();
    for kind in Kind::BOTH {
        let case = format!("{kind:?}");
        let (outcome, scope, text) = failed(kind, address.parse().unwrap(), &case);
        let why = Why::NotSent(TransportErrorKind::ProxyUnreachable);
        assert_eq!(outcome, Outcome::NotExecuted(why), "{case}");
        assert_eq!(scope, Scope::Nothing, "{case}");
        let begins =
            "the proxy cannot be reached: is it running, and is its address right? (https://";
        let ends = format!(", proxy {address})");
        assert!(
            text.starts_with(begins) && text.ends_with(&ends),
            "{case}: {text}"
        );
    }
}

#[test]
fn a_certificate_that_is_not_trusted_behind_a_proxy_is_the_hosts() {
    for kind in Kind::BOTH {
        let service = Stage::Untrusted.set_up(Over::Https);
        let proxy = ProxyServer::start(Conduct::Tunnel);
        let client = Client::new(kind, &settings(&service, proxy.address()));
        let ended = client.import(topic("Welcome", false));
        let why = Why::NotSent(TransportErrorKind::CertificateUntrusted);
        assert_eq!(Outcome::of(&ended), Outcome::NotExecuted(why), "{kind:?}");
    }
}

/// Says to a copy of this program which service it is to call, and whom it is to trust.
const ORIGIN: &str = "TOPIC_IMPORT_TEST_ORIGIN";
const AUTHORITY: &str = "TOPIC_IMPORT_TEST_AUTHORITY";

/// What both clients print in a process of this environment.
fn in_environment(service: &Standing, variables: &[(&str, &str)]) -> String {
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", "proxies::in_a_process_of_its_own", "--nocapture"]);
    for name in [
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "NO_PROXY",
        "no_proxy",
    ] {
        child.env_remove(name);
    }
    child
        .env(ORIGIN, service.origin.as_str())
        .env(AUTHORITY, &service.authority)
        .envs(variables.iter().copied());
    let output = child.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_hidden(&text);
    assert_hidden(&String::from_utf8(output.stderr).unwrap());
    text
}

/// The child's part; in the process of all tests there is nothing to do.
#[test]
fn in_a_process_of_its_own() {
    let Ok(origin) = env::var(ORIGIN) else {
        return;
    };
    let endpoint = Endpoint::custom(Origin::parse(&origin).unwrap());
    let settings = ClientSettings::new(endpoint, Identity::Key.credentials())
        .with_deadline(Duration::from_secs(5))
        .with_extra_certificates(env::var(AUTHORITY).unwrap().as_bytes());
    let chain = |error: &dyn std::error::Error| {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        text
    };
    let topic = topic("Welcome", true);
    let ended = match topic_import_blocking::Client::new(&settings) {
        Ok(client) => format!("{:?}", Outcome::of(&client.import(topic.clone()))),
        Err(error) => chain(&error),
    };
    println!("\nblocking: {ended}");
    let ended = match topic_import_async::Client::new(&settings) {
        Ok(client) => {
            let ended = crate::client::wait_for(client.import(topic));
            format!("{:?}", Outcome::of(&ended))
        }
        Err(error) => chain(&error),
    };
    println!("async: {ended}");
}

#[test]
fn the_environment_names_the_proxy_for_both_clients_alike() {
    let nobody = Stage::Refused.set_up(Over::PlainHttp);
    let dead = nobody.origin.as_str();
    let created = "blocking: Created\nasync: Existing\n";
    let unreachable = "NotExecuted(NotSent(ProxyUnreachable))";
    let unreachable = format!("blocking: {unreachable}\nasync: {unreachable}\n");
    for over in [Over::PlainHttp, Over::Https] {
        let proxy = ProxyServer::start(Conduct::Tunnel);
        let working = address(proxy.address());
        for (variables, expected, tunnels) in [
            (&[][..], created, 0),
            (
                &[("HTTPS_PROXY", &*working), ("ALL_PROXY", dead)],
                created,
                2,
            ),
            (&[("all_proxy", &*working)], created, 2),
            (&[("https_proxy", dead)], &*unreachable, 0),
            (&[("HTTP_PROXY", dead)], created, 0),
            (
                &[("ALL_PROXY", dead), ("no_proxy", "x, localhost, 127.0.0.1")],
                created,
                0,
            ),
        ] {
            let service = service(over);
            let before = proxy.heads().len();
            let text = in_environment(&service, variables);
            let (expected, tunnels) = match over {
                Over::PlainHttp => (created, 0),
                Over::Https => (expected, tunnels),
            };
            assert!(text.contains(expected), "{over:?}: {variables:?}: {text}");
            // reqwest may open a connection for the second request before the first one's is free again.
            let asked = proxy.heads().len() - before;
            let is_as_named = asked == tunnels || (tunnels > 0 && asked == tunnels + 1);
            assert!(is_as_named, "{over:?}: {variables:?}: {asked} tunnels");
        }
    }
}

#[test]
fn a_variable_that_holds_no_proxy_is_named_when_the_client_is_built() {
    let service = service(Over::Https);
    let socks = format!("socks5://user:{PASSWORD}@127.0.0.1:1080");
    let no_port = format!("http://user:{PASSWORD}@127.0.0.1:port");
    address("127.0.0.1:1".parse().unwrap());
    for (variable, value, reason) in [
        (
            "HTTPS_PROXY",
            socks,
            "it must begin with http:// or https:// (SOCKS is not supported)",
        ),
        (
            "all_proxy",
            no_port,
            "it must be written http://host:port or http://user:password@host:port",
        ),
    ] {
        let text = in_environment(&service, &[(variable, &value)]);
        let error =
            format!("no proxy can be used: {variable} is not a proxy that can be used: {reason}");
        let expected = format!("blocking: {error}\nasync: {error}\n");
        assert!(text.contains(&expected), "{text}");
    }
    // Where nothing goes through a proxy, it is not asked for.
    let plain = crate::proxies::service(Over::PlainHttp);
    let text = in_environment(&plain, &[("HTTPS_PROXY", "socks5://x")]);
    assert!(
        text.contains("blocking: Created\nasync: Existing\n"),
        "{text}"
    );
}
