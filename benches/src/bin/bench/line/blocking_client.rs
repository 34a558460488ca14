//! The blocking client and a bare ureq loop, against a server that answers the same to everything.

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
                ("a bare ureq loop", false),
                ("the same with timeouts", true),
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

/// With the client's timeouts, or with none: then a call may take for ever, and ureq needs no thread to resolve a host.
fn agent(server: &Peer, timeouts: bool) -> Outcome<Agent> {
    let config = Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .max_idle_connections_per_host(1024)
        .tls_config(tls(server)?);
    let config = if timeouts {
        config
            .timeout_connect(Some(DEFAULT_CONNECT_TIMEOUT))
            .timeout_global(Some(DEFAULT_ANSWER_TIMEOUT))
    } else {
        config
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

/// Both sides take a topic of their own for each call, as if it had been read from somewhere.
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
        for _ in 0..calls / threads {
            let topic = topic.clone();
            let mut response = agent
                .post(caller.url(fastrand::u32(..)))
                .header("Content-Type", "application/json")
                .send(&topic.body()[..])?;
            let answer = Answer::read(&response.body_mut().read_to_vec()?)?;
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
