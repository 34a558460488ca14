use std::io::{self, BufRead, Read};
use std::time::Instant;

use topic_import_core::http::HttpResponse;
use ureq::http::Uri;
use ureq::unversioned::transport::{NextTimeout, Transport};
use ureq::{Error, Timeout};

use crate::answer::{self, AnswerError};

/// A connection, read as a stream of bytes. Reading and writing fail with a timeout at `until`.
#[derive(Debug)]
pub(crate) struct Connection {
    /// The URL for which the connection was made.
    pub(crate) uri: Uri,
    pub(crate) transport: Box<dyn Transport>,
    /// The deadline of the current exchange or, while the connection is idle, the time until which it may be reused.
    pub(crate) until: Instant,
}

impl Connection {
    /// Sends a request and reads the answer. Also returns whether the connection can be used for another request.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Result<(HttpResponse, bool), AnswerError> {
        self.send(request)?;
        let (response, is_free) = answer::read(self)?;
        Ok((response, is_free && self.is_drained()))
    }

    /// Whether nothing has arrived after the answer. Surplus bytes would be taken for the next answer.
    fn is_drained(&mut self) -> bool {
        // With a timeout of zero, this returns what TLS has already buffered and does not wait for more.
        let no_time = left_until(Instant::now(), Timeout::Global);
        self.input().is_empty()
            && matches!(self.transport.await_input(no_time), Err(Error::Timeout(_)))
    }

    /// Sends all bytes, in one piece if they fit into the buffer.
    pub(crate) fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let room = self.transport.buffers().output();
            let (piece, rest) = bytes.split_at(bytes.len().min(room.len()));
            room[..piece.len()].copy_from_slice(piece);
            let left = left_until(self.until, Timeout::Global);
            let sent = self.transport.transmit_output(piece.len(), left);
            sent.map_err(into_io)?;
            bytes = rest;
        }
        Ok(())
    }

    fn input(&mut self) -> &[u8] {
        self.transport.buffers().input()
    }
}

impl BufRead for Connection {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.input().is_empty() {
            let left = left_until(self.until, Timeout::Global);
            self.transport.await_input(left).map_err(into_io)?;
        }
        Ok(self.input())
    }

    fn consume(&mut self, amount: usize) {
        self.transport.buffers().input_consume(amount);
    }
}

impl Read for Connection {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let amount = self.fill_buf()?.read(to)?;
        self.consume(amount);
        Ok(amount)
    }
}

fn into_io(error: Error) -> io::Error {
    match error {
        Error::Timeout(_) => io::Error::new(io::ErrorKind::TimedOut, error),
        error => error.into_io(),
    }
}

/// The remaining time, in the form that ureq requires.
pub(crate) fn left_until(until: Instant, reason: Timeout) -> NextTimeout {
    NextTimeout {
        after: until.saturating_duration_since(Instant::now()).into(),
        reason,
        ..NextTimeout::default()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use ureq::unversioned::transport::{Buffers, LazyBuffers};

    use super::*;

    const OUTPUT_BYTES: usize = 16;

    /// A transport that delivers these pieces one by one, and records what is sent.
    #[derive(Debug)]
    pub(crate) struct Scripted {
        pub(crate) arriving: VecDeque<&'static str>,
        pub(crate) sent: Arc<Mutex<Vec<String>>>,
        pub(crate) is_open: bool,
        buffers: LazyBuffers,
    }

    impl Scripted {
        pub(crate) fn new(arriving: &[&'static str]) -> Self {
            Self {
                arriving: arriving.iter().copied().collect(),
                sent: Arc::default(),
                is_open: true,
                buffers: LazyBuffers::new(1024, OUTPUT_BYTES),
            }
        }

        pub(crate) fn connected_to(self, uri: &'static str) -> Connection {
            Connection {
                uri: Uri::from_static(uri),
                transport: Box::new(self),
                until: Instant::now() + Duration::from_secs(60),
            }
        }
    }

    impl Transport for Scripted {
        fn buffers(&mut self) -> &mut dyn Buffers {
            &mut self.buffers
        }

        fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
            let piece = String::from_utf8(self.buffers.output()[..amount].to_vec()).unwrap();
            self.sent.lock().unwrap().push(piece);
            Ok(())
        }

        fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
            if timeout.after.is_zero() && self.arriving.is_empty() {
                return Err(Error::Timeout(timeout.reason));
            }
            let piece = self.arriving.pop_front().unwrap_or_default();
            self.buffers.input_append_buf()[..piece.len()].copy_from_slice(piece.as_bytes());
            self.buffers.input_appended(piece.len());
            Ok(!piece.is_empty())
        }

        fn is_open(&mut self) -> bool {
            self.is_open
        }
    }

    const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

    #[test]
    fn a_request_leaves_in_one_piece_or_else_in_as_many_as_it_needs() {
        for (request, pieces) in [
            ("0123456789abcdef", &["0123456789abcdef"][..]),
            ("0123456789abcdefg", &["0123456789abcdef", "g"]),
        ] {
            let scripted = Scripted::new(&[ANSWER]);
            let sent = Arc::clone(&scripted.sent);
            let mut connection = scripted.connected_to("http://a");
            let (response, is_free) = connection.exchange(request.as_bytes()).unwrap();
            assert_eq!(response, HttpResponse::new(200, b"{}".to_vec()));
            assert!(is_free);
            assert_eq!(*sent.lock().unwrap(), pieces);
        }
    }

    #[test]
    fn a_connection_over_which_more_than_the_answer_came_is_not_free() {
        for more in ["\r\n", ANSWER] {
            let at_once: &str = format!("{ANSWER}{more}").leak();
            for arriving in [&[at_once][..], &[ANSWER, more]] {
                let mut connection = Scripted::new(arriving).connected_to("http://a");
                let (response, is_free) = connection.exchange(b"x").unwrap();
                assert_eq!(response, HttpResponse::new(200, b"{}".to_vec()));
                assert!(!is_free, "{arriving:?}");
            }
        }
    }
}
