//! Detects whether a request may have been sent.
//!
//! The HTTP library asks for a request's body only once it has a connection and is ready to write the request's head.
//! The error of a failed request does not tell: a timeout can expire before or after that point.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// A request's body, in one piece, that records when it is asked for.
#[derive(Debug)]
pub(crate) struct OutgoingBody {
    bytes: Option<Bytes>,
    departure: Departure,
}

/// Whether a request may have been sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Departure(Arc<AtomicBool>);

impl OutgoingBody {
    /// Returns the body, and the record of whether it has been asked for.
    pub(crate) fn new(bytes: Vec<u8>) -> (Self, Departure) {
        let departure = Departure::default();
        let body = Self {
            bytes: Some(bytes.into()),
            departure: departure.clone(),
        };
        (body, departure)
    }
}

impl Departure {
    pub(crate) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Body for OutgoingBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.departure.0.store(true, Ordering::Release);
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
