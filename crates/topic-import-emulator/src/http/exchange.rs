//! One request and its response on a connection.

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
use crate::service::{BODY_MAX, Received, Service};

/// Reads a request to its end and gives the response to it, `latency` later; or cuts the connection.
pub(crate) async fn exchange(
    service: &Service,
    latency: Duration,
    request: Request<Incoming>,
) -> Result<Response<Body>, Cut> {
    let (head, body) = request.into_parts();
    let route = Route::of(head.uri.path());
    let fault = service.fault(route);
    let mut received = Received {
        head: &head,
        route,
        body: None,
        fault,
    };
    if let Some(fault @ Fault::ResetBefore) = fault {
        service.leave_undone(&received, fault);
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

async fn respond(service: &Service, received: &Received<'_>) -> Result<Response<Body>, Cut> {
    match received.fault {
        _ if received.route == Route::Elsewhere => {
            service.turn_away(StatusCode::NOT_FOUND.as_u16());
            Ok(response::page(StatusCode::NOT_FOUND))
        }
        None => Ok(response::json(service.answer(received).to_json())),
        Some(fault) if fault.does_work() => disturb(fault, service.answer(received)).await,
        Some(fault) => {
            service.leave_undone(received, fault);
            replace(fault)
        }
    }
}

/// Reads a body that is not too long.
async fn read(body: Incoming) -> Result<Option<Bytes>, Cut> {
    match Limited::new(body, BODY_MAX).collect().await {
        Ok(body) => Ok(Some(body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Ok(None),
        // The client was gone before its request was whole: there is nobody to answer.
        Err(_) => Err(Cut::Close),
    }
}
