//! Sees whether a request has left.
//!
//! The HTTP library asks for a request's body when it has a connection and the head of the request is ready to be
//! written, not before. An error tells less: a timeout may have run out before or after.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// A request's body, in one piece.
#[derive(Debug)]
pub(crate) struct OutgoingBody {
    bytes: Option<Bytes>,
    departure: Departure,
}

/// Whether a request is on its way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Departure(Arc<AtomicBool>);

impl OutgoingBody {
    /// The body, and what tells whether it was asked for.
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
