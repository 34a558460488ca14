//! A service that imports topics on request, with one client for all requests.
//!
//!     cargo run -p topic-import -- emulate
//!     cargo run -p topic-import-async --example service -- http://127.0.0.1:8787
//!
//! It listens on a free port of this machine, sends itself three requests, and ends.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use topic_import_async::{Advice, Client, ClientSettings, Credentials, Origin, TopicDraft};

/// The key that `topic-import emulate` prints. It is valid nowhere else.
const KEY: &str = "trial-key-for-the-emulator-and-valid-nowhere-else-0123456789abcd";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let origin: Origin = std::env::args().nth(1).ok_or("which endpoint?")?.parse()?;
    let credentials = Credentials::from_key(1_400_000_000, "administrator", KEY)?;
    let client = Client::new(&ClientSettings::new(origin, credentials))?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener, client));

    for (name, expected) in [
        ("Announcements", StatusCode::OK),
        ("公告", StatusCode::OK),
        (
            "A name of far more than thirty bytes",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ] {
        let topic = TopicDraft::new("@TGS#_service", name);
        let (status, text) = post(address, serde_json::to_string(&topic)?).await?;
        println!("{name}: {status}: {text}");
        if status != expected {
            return Err(format!("{name}: {status} instead of {expected}").into());
        }
    }
    Ok(())
}

/// Serves each connection in its own task. The clones of the client share its connections, signature and quota.
async fn serve(listener: TcpListener, client: Client) {
    while let Ok((stream, _)) = listener.accept().await {
        let client = client.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&client, request));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                eprintln!("a connection broke: {error}");
            }
        });
    }
}

async fn answer(
    client: &Client,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, text) = import(client, request).await;
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    Ok(response)
}

async fn import(client: &Client, request: Request<Incoming>) -> (StatusCode, String) {
    let Ok(body) = request.into_body().collect().await else {
        return (StatusCode::BAD_REQUEST, "the body broke off".into());
    };
    let draft: TopicDraft = match serde_json::from_slice(&body.to_bytes()) {
        Ok(draft) => draft,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()),
    };
    let topic = match draft.validate() {
        Ok(topic) => topic,
        Err(violations) => return (StatusCode::UNPROCESSABLE_ENTITY, violations.to_string()),
    };
    match client.import(topic).await {
        Ok(imported) => (StatusCode::OK, imported.topic_id().to_string()),
        Err(error) => {
            let status = match error.advice() {
                Advice::TryLater | Advice::AskAgain => StatusCode::SERVICE_UNAVAILABLE,
                Advice::FixRow | Advice::FixGroup => StatusCode::UNPROCESSABLE_ENTITY,
                Advice::FixSetup | Advice::LookYourself => StatusCode::INTERNAL_SERVER_ERROR,
            };
            (status, error.to_string())
        }
    }
}

/// Sends a request to the service, as its users do.
async fn post(address: SocketAddr, body: String) -> Result<(StatusCode, String), Box<dyn Error>> {
    let stream = TokioIo::new(TcpStream::connect(address).await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    tokio::spawn(connection);
    let request = Request::post("/topics").header("Host", "localhost");
    let answer = sender
        .send_request(request.body(Full::<Bytes>::from(body))?)
        .await?;
    let status = answer.status();
    let text = answer.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8(text.into())?))
}
