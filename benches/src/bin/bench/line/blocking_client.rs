//! The blocking client and ureq loops by hand, against a server that answers the same to everything.

use std::io::Read as _;
use std::sync::Arc;
use std::thread;

use topic_import_benches::by_hand::{Answer, Caller, Topic};
use topic_import_benches::sample;
use topic_import_blocking::{Client, ClientSettings};
use topic_import_core::{DEFAULT_ANSWER_TIMEOUT, DEFAULT_CONNECT_TIMEOUT, Origin, Rate};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use crate::Outcome;
use crate::clock::took;
use crate::comparison::{Throughput, rounds};
use crate::effort::Effort;
use crate::peer::Peer;
use crate::server::Kind;
use crate::table::Row;
use crate::table::Target;

const CALLS: u64 = 4_000;

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (kind, over) in [(Kind::Fixed, ""), (Kind::FixedTls, ", TLS")] {
        let server = Peer::start(kind)?;
        for threads in [1, 8] {
            for (against, timeouts) in [
                (
                    "a ureq loop, a timeout for each part of a call",
                    Timeouts::Parts,
                ),
                ("a ureq loop, a timeout for the whole call", Timeouts::Whole),
            ] {
                let calls = effort.of(CALLS) / threads * threads;
                let client = client(&server)?;
                let agent = agent(&server, timeouts)?;
                let caller = Caller::new(&server.origin(), sample::SIGNED_AT);
                let pairs = rounds(
                    effort.rounds,
                    || took(|| import(&client, threads, calls)),
                    || took(|| post(&agent, &caller, threads, calls)),
                )?;
                rows.extend(Throughput::of(&pairs, calls).rows(
                    &format!("blocking client, threads: {threads}{over}"),
                    against,
                    Target::AtLeast(0.97, "×"),
                    Target::AtMost(1.05, "×"),
                ));
            }
        }
    }
    Ok(rows)
}

fn client(server: &Peer) -> Outcome<Client> {
    let certificate = server.certificate.as_deref().unwrap_or_default();
    let settings = ClientSettings::new(Origin::parse(&server.origin())?, sample::credentials())
        .with_quota(Rate::Unlimited)
        .with_extra_certificates(certificate.as_bytes());
    Ok(Client::new(&settings)?)
}

/// What the loop by hand has a timeout for.
#[derive(Clone, Copy)]
enum Timeouts {
    /// Connecting, sending and receiving; resolving a host may take for ever, for which ureq needs no thread.
    Parts,
    /// All of them together, as the client's: ureq resolves the host in a new thread for each request.
    Whole,
}

/// One for all threads, as ureq wants it to be used.
fn agent(server: &Peer, timeouts: Timeouts) -> Outcome<Agent> {
    let config = Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .max_idle_connections_per_host(1024)
        .tls_config(tls(server)?);
    let config = config.timeout_connect(Some(DEFAULT_CONNECT_TIMEOUT));
    let config = match timeouts {
        Timeouts::Parts => config
            .timeout_send_request(Some(DEFAULT_ANSWER_TIMEOUT))
            .timeout_send_body(Some(DEFAULT_ANSWER_TIMEOUT))
            .timeout_recv_response(Some(DEFAULT_ANSWER_TIMEOUT))
            .timeout_recv_body(Some(DEFAULT_ANSWER_TIMEOUT)),
        Timeouts::Whole => config.timeout_global(Some(DEFAULT_ANSWER_TIMEOUT)),
    };
    Ok(config.build().into())
}

/// The provider of cryptography and the certificate that the client has.
fn tls(server: &Peer) -> Outcome<TlsConfig> {
    let certificates = match &server.certificate {
        Some(pem) => vec![Certificate::from_pem(pem.as_bytes())?],
        None => Vec::new(),
    };
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::Specific(Arc::new(certificates)))
        .build())
}

/// The client takes a topic of its own for each call.
fn import(client: &Client, threads: u64, calls: u64) -> Outcome<()> {
    let topic = sample::topic(0)?;
    in_threads(threads, || {
        for _ in 0..calls / threads {
            client.import(topic.clone())?;
        }
        Ok(())
    })
}

fn post(agent: &Agent, caller: &Caller, threads: u64, calls: u64) -> Outcome<()> {
    let topic = Topic::sample(0)?;
    in_threads(threads, || {
        let (mut body, mut answer) = (Vec::new(), Vec::new());
        for _ in 0..calls / threads {
            topic.write_body(&mut body);
            let mut response = agent
                .post(caller.url(fastrand::u32(..)))
                .header("Content-Type", "application/json")
                .send(&body[..])?;
            answer.clear();
            response.body_mut().as_reader().read_to_end(&mut answer)?;
            let answer = Answer::read(&answer)?;
            if answer.error_code != 0 {
                return Err(answer.error_info.into());
            }
        }
        Ok(())
    })
}

fn in_threads(threads: u64, work: impl Fn() -> Outcome<()> + Sync) -> Outcome<()> {
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        for worker in workers {
            worker.join().map_err(|_| "a thread panicked")??;
        }
        Ok(())
    })
}
