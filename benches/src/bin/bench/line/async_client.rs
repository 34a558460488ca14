//! The async client and a reqwest loop by hand, against a server that answers the same to everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use topic_import_async::{Client, ClientSettings};
use topic_import_benches::by_hand::{Answer, Caller, Topic};
use topic_import_benches::sample;
use topic_import_core::{DEFAULT_ANSWER_TIMEOUT, DEFAULT_CONNECT_TIMEOUT, Origin, Rate};

use crate::Outcome;
use crate::clock::took;
use crate::comparison::{Throughput, rounds};
use crate::effort::Effort;
use crate::peer::Peer;
use crate::server::Kind;
use crate::table::{Row, Target};

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let runtime = Runtime::new()?;
    let mut rows = Vec::new();
    for (kind, over) in [(Kind::Fixed, ""), (Kind::FixedTls, ", TLS")] {
        let server = Peer::start(kind)?;
        for (in_flight, calls) in [(1, 4_000), (64, 12_000)] {
            let calls = effort.of(calls);
            let client = client(&server)?;
            let http = by_hand(&server)?;
            let caller = Arc::new(Caller::new(&server.origin(), sample::SIGNED_AT));
            let pairs = rounds(
                effort.rounds,
                || took(|| import(&runtime, &client, in_flight, calls)),
                || took(|| post(&runtime, &http, &caller, in_flight, calls)),
            )?;
            rows.extend(Throughput::of(&pairs, calls).rows(
                &format!("async client, {in_flight} in flight{over}"),
                "a reqwest loop with the client's timeouts",
                Target::AtLeast(0.97, "×"),
                Target::AtMost(1.05, "×"),
            ));
        }
    }
    Ok(rows)
}

/// The client without pacing.
pub(super) fn client(server: &Peer) -> Outcome<Client> {
    let certificate = server.certificate.as_deref().unwrap_or_default();
    let settings = ClientSettings::new(Origin::parse(&server.origin())?, sample::credentials())
        .with_quota(Rate::Unlimited)
        .with_extra_certificates(certificate.as_bytes());
    Ok(Client::new(&settings)?)
}

/// With the timeouts, the provider of cryptography and the certificate that the client has.
fn by_hand(server: &Peer) -> Outcome<reqwest::Client> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = &server.certificate {
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes())?)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(Policy::none())
        .connect_timeout(DEFAULT_CONNECT_TIMEOUT)
        .timeout(DEFAULT_ANSWER_TIMEOUT)
        .build()?)
}

/// The client takes a topic of its own for each call.
fn import(runtime: &Runtime, client: &Client, in_flight: u64, calls: u64) -> Outcome<()> {
    let (client, topic) = (client.clone(), sample::topic(0)?);
    runtime.block_on(in_flight_at_once(in_flight, calls, move |_| {
        let (client, topic) = (client.clone(), topic.clone());
        async move {
            client.import(topic).await?;
            Ok(())
        }
    }))
}

fn post(
    runtime: &Runtime,
    http: &reqwest::Client,
    caller: &Arc<Caller>,
    in_flight: u64,
    calls: u64,
) -> Outcome<()> {
    let (http, caller, topic) = (
        http.clone(),
        Arc::clone(caller),
        Arc::new(Topic::sample(0)?),
    );
    runtime.block_on(in_flight_at_once(in_flight, calls, move |_| {
        let (http, caller, topic) = (http.clone(), Arc::clone(&caller), Arc::clone(&topic));
        async move {
            let response = http
                .post(caller.url(fastrand::u32(..)))
                .header(CONTENT_TYPE, "application/json")
                .body(topic.body())
                .send()
                .await?;
            let answer = Answer::read(&response.bytes().await?)?;
            match answer.error_code {
                0 => Ok(()),
                _ => Err(answer.error_info.into()),
            }
        }
    }))
}

/// Makes calls in so many tasks, each of which takes the next number when its call is over.
pub(super) async fn in_flight_at_once<C>(
    in_flight: u64,
    calls: u64,
    call: impl Fn(u64) -> C + Clone + Send + 'static,
) -> Outcome<()>
where
    C: Future<Output = Outcome<()>> + Send,
{
    let next = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..in_flight {
        let (next, call) = (Arc::clone(&next), call.clone());
        tasks.spawn(async move {
            loop {
                match next.fetch_add(1, Relaxed) {
                    number if number < calls => call(number).await?,
                    _ => return Outcome::Ok(()),
                }
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}
