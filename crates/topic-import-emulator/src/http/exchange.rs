//! One request and its response on a connection.

use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};

use crate::faults::fault::Fault;
use crate::http::cut::Cut;
use crate::http::disturbance::{disturb, replace};
use crate::http::response::{self, Body};
use crate::service::route::Route;
use crate::service::{BODY_MAX, Received, Service, lock};

/// Reads a request to its end and returns the response, after waiting for `latency`; or cuts the connection.
pub(crate) async fn exchange(
    service: &Mutex<Service>,
    latency: Duration,
    request: Request<Incoming>,
) -> Result<Response<Body>, Cut> {
    let (head, body) = request.into_parts();
    let route = Route::of(head.uri.path());
    let fault = lock(service).fault(route);
    let mut received = Received {
        head: &head,
        route,
        body: None,
        fault,
    };
    if let Some(fault @ Fault::ResetBefore) = fault {
        lock(service).leave_undone(&received);
        return replace(fault);
    }
    let body = read(body).await?;
    received.body = body.as_deref();
    let response = respond(service, &received).await;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    response
}

async fn respond(service: &Mutex<Service>, received: &Received<'_>) -> Result<Response<Body>, Cut> {
    let answer = match received.fault {
        Some(fault) if !fault.does_work() => {
            lock(service).leave_undone(received);
            return replace(fault);
        }
        _ if received.route == Route::Elsewhere => {
            lock(service).leave_undone(received);
            return Ok(response::page(StatusCode::NOT_FOUND));
        }
        _ => lock(service).answer(received),
    };
    match received.fault {
        None => Ok(response::json(answer.to_json())),
        Some(fault) => disturb(fault, answer).await,
    }
}

/// Reads a body; `None` if it is too long.
async fn read(body: Incoming) -> Result<Option<Bytes>, Cut> {
    match Limited::new(body, BODY_MAX).collect().await {
        Ok(body) => Ok(Some(body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Ok(None),
        // The client left before its request was complete, so there is nobody to answer.
        Err(_) => Err(Cut::Close),
    }
}
