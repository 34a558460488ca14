//! The service's side of a measurement, in a process of its own, so that its time is not counted as a client's.

use std::convert::Infallible;
use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clap::ValueEnum;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use topic_import_benches::sample::{self, TOPIC_ID, answer};
use topic_import_emulator::Emulator;

use crate::Outcome;

/// The latency of [`Kind::Slow`].
const LATENCY: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Kind {
    /// hyper with the same answer to everything
    Fixed,
    /// The same over TLS
    FixedTls,
    /// hyper with an answer that names the request's topic
    Echo,
    /// hyper with answers about the topics of the sample, whichever are asked for
    Sample,
    /// The emulator with the service's quota, and 50 ms for an answer
    Slow,
}

/// Serves on one thread until standard input ends. The first line that it prints is the address.
pub(crate) fn serve(kind: Kind) -> Outcome<()> {
    match kind {
        Kind::Fixed => {
            let fixed = Bytes::from(answer(TOPIC_ID));
            serve_hyper(None, move |_, _| fixed.clone())
        }
        Kind::FixedTls => {
            let fixed = Bytes::from(answer(TOPIC_ID));
            let (tls, pem) = tls()?;
            serve_hyper(Some((tls, pem)), move |_, _| fixed.clone())
        }
        Kind::Echo => serve_hyper(None, |_, body| answer(topic_id(&body)).into()),
        Kind::Sample => serve_hyper(None, |path, body| match path.rsplit('/').next() {
            Some("get_topic") => sample::found(&topic_ids(&body)).into(),
            Some("destroy_topic") => sample::destroyed(&topic_ids(&body)).into(),
            _ => answer(topic_id(&body)).into(),
        }),
        Kind::Slow => serve_emulator(),
    }
}

fn serve_emulator() -> Outcome<()> {
    let emulator = Emulator::builder()
        .topics_per_community(None)
        .latency(LATENCY)
        .start()?;
    announce(emulator.address());
    wait_for_the_end()
}

fn announce(address: SocketAddr) {
    println!("{address}");
}

fn wait_for_the_end() -> Outcome<()> {
    io::stdin().lock().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// A certificate for this machine, signed by itself, and what serves with it; its PEM is printed after the address.
fn tls() -> Outcome<(TlsAcceptor, String)> {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![cert.der().clone()],
            PrivatePkcs8KeyDer::from(signing_key.serialize_der()).into(),
        )?;
    Ok((TlsAcceptor::from(Arc::new(config)), cert.pem()))
}

fn serve_hyper(
    tls: Option<(TlsAcceptor, String)>,
    answer: impl Fn(&str, Bytes) -> Bytes + Clone + Send + Sync + 'static,
) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::spawn(move || runtime.block_on(listen(tls, answer)));
    wait_for_the_end()
}

async fn listen(
    tls: Option<(TlsAcceptor, String)>,
    answer: impl Fn(&str, Bytes) -> Bytes + Clone + Send + Sync + 'static,
) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    announce(listener.local_addr()?);
    if let Some((_, pem)) = &tls {
        print!("{pem}");
    }
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (answer, tls) = (answer.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                Some((acceptor, _)) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve_connection(stream, answer).await;
                    }
                }
                None => serve_connection(stream, answer).await,
            }
        });
    }
}

/// Until it ends; a client that goes ends it.
async fn serve_connection(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: impl Fn(&str, Bytes) -> Bytes,
) {
    let service = service_fn(|request| respond(request, &answer));
    let _ = http1::Builder::new()
        .pipeline_flush(true)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn respond(
    request: Request<Incoming>,
    answer: &impl Fn(&str, Bytes) -> Bytes,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await;
    let body = body.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
    let mut response = Response::new(Full::new(answer(&path, body)));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// The `TopicId` in a request, found without reading all of it.
fn topic_id(body: &[u8]) -> &str {
    const KEY: &str = r#""TopicId":""#;
    let body = str::from_utf8(body).unwrap_or_default();
    let value = body.find(KEY).map_or("", |at| &body[at + KEY.len()..]);
    value.split('"').next().unwrap_or_default()
}

/// The topics that a request names.
fn topic_ids(body: &[u8]) -> Vec<String> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(rename = "TopicIdList")]
        topic_ids: Vec<String>,
    }
    serde_json::from_slice(body).map_or_else(|_| Vec::new(), |body: Body| body.topic_ids)
}
