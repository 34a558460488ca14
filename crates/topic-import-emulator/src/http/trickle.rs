use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::http::cut::Cut;

/// A response's body that is sent piece by piece, and possibly not to its end.
pub(crate) struct Trickle {
    rest: Bytes,
    piece: usize,
    pause: Duration,
    pausing: Option<Pin<Box<Sleep>>>,
    /// How many bytes of the rest are never sent.
    kept_back: usize,
}

impl Trickle {
    /// A body that is sent one byte at a time, with a pause after each.
    pub(crate) fn by_bytes(body: Bytes, pause: Duration) -> Self {
        Self {
            rest: body,
            piece: 1,
            pause,
            pausing: None,
            kept_back: 0,
        }
    }

    /// A body of which only the first half is sent before the connection is closed.
    pub(crate) fn half(body: Bytes) -> Self {
        let half = body.len() / 2;
        Self {
            piece: half,
            // A pause of any length ensures that the first half is sent before the connection is closed.
            pause: Duration::from_millis(1),
            pausing: None,
            kept_back: body.len() - half,
            rest: body,
        }
    }
}

impl Body for Trickle {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(pausing) = &mut self.pausing {
            ready!(pausing.as_mut().poll(context));
            self.pausing = None;
        }
        let left = self.rest.len() - self.kept_back;
        if left == 0 {
            return Poll::Ready((self.kept_back > 0).then_some(Err(Cut::Close)));
        }
        let length = self.piece.min(left);
        let piece = self.rest.split_to(length);
        self.pausing = Some(Box::pin(sleep(self.pause)));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
