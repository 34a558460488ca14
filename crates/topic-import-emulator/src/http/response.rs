//! HTTP responses: the API's answers, and HTML pages in their place.

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::header::{CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use hyper::{Response, StatusCode};

use crate::http::trickle::Trickle;

pub(crate) type Body = Either<Full<Bytes>, Trickle>;

/// An answer of the API.
pub(crate) fn json(body: impl Into<Bytes>) -> Response<Body> {
    response(StatusCode::OK, "application/json", whole(body))
}

/// An answer of the API whose body is sent piece by piece.
pub(crate) fn trickling_json(body: Trickle) -> Response<Body> {
    response(StatusCode::OK, "application/json", Either::Right(body))
}

/// An HTML page such as a proxy shows.
pub(crate) fn page(status: StatusCode) -> Response<Body> {
    let reason = status.canonical_reason().unwrap_or("Unknown");
    let body = format!(
        "<html><head><title>{status}</title></head>\
         <body><center><h1>{} {reason}</h1></center></body></html>\n",
        status.as_u16()
    );
    let mut response = response(status, "text/html", whole(body));
    let headers = response.headers_mut();
    if status.is_redirection() {
        headers.insert(LOCATION, HeaderValue::from_static("/redirected"));
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn whole(body: impl Into<Bytes>) -> Body {
    Either::Left(Full::new(body.into()))
}

fn response(status: StatusCode, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
