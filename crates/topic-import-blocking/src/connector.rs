//! Keeps the query away from the HTTP library, and sees whether a request has left.
//!
//! The query carries the signature, and ureq logs whole URLs at trace level. So ureq is given the URL without its
//! query, which is put into the request line when the first byte of the request is about to leave. That is also the
//! moment from which on the service may have seen the request.

use std::cell::RefCell;
use std::fmt;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

thread_local! {
    /// The query of the request that this thread is sending, until it leaves. ureq does all of a request's work
    /// in the thread that asked for it.
    static QUERY: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Has `send` send one request with the query. True where the request, or a part of it, has left.
pub(crate) fn with_query<T>(query: &str, send: impl FnOnce() -> T) -> (T, bool) {
    QUERY.replace(Some(query.to_owned()));
    let result = send();
    let has_left = QUERY.take().is_none();
    (result, has_left)
}

/// Comes last in a chain of connectors, above TLS.
#[derive(Debug)]
pub(crate) struct QueryConnector;

impl<In: Transport> Connector<In> for QueryConnector {
    type Out = QueryTransport<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(QueryTransport))
    }
}

pub(crate) struct QueryTransport<In>(In);

impl<In: Transport> Transport for QueryTransport<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let output = self.0.buffers().output();
        let amount = match end_of_target(&output[..amount]) {
            Some(end) => insert_query(output, amount, end)?,
            None => amount,
        };
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}

/// Its buffers hold the query once the request has left.
impl<In> fmt::Debug for QueryTransport<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QueryTransport")
    }
}

/// Where the target ends in the request line with which a request begins. A proxy's `CONNECT` is none of ours.
fn end_of_target(output: &[u8]) -> Option<usize> {
    let target = output.strip_prefix(b"POST ")?;
    let length = target.iter().position(|byte| *byte == b' ')?;
    target
        .starts_with(b"/")
        .then_some(output.len() - target.len() + length)
}

/// Puts the query of this thread's request behind the target, where it has not left yet.
fn insert_query(output: &mut [u8], amount: usize, at: usize) -> Result<usize, Error> {
    QUERY.with_borrow_mut(|query| {
        let Some(text) = query else {
            return Ok(amount);
        };
        let amount = insert(output, amount, at, text)?;
        *query = None;
        Ok(amount)
    })
}

/// Puts the query behind the target; gives the new amount of output.
fn insert(output: &mut [u8], amount: usize, at: usize, query: &str) -> Result<usize, Error> {
    let inserted = amount + 1 + query.len();
    if inserted > output.len() {
        return Err(Error::LargeResponseHeader(inserted, output.len()));
    }
    output.copy_within(at..amount, inserted - (amount - at));
    output[at] = b'?';
    output[at + 1..=at + query.len()].copy_from_slice(query.as_bytes());
    Ok(inserted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_comes_behind_the_target() {
        let mut output = [0; 64];
        let request = b"POST /v4/x HTTP/1.1\r\n\r\n";
        output[..request.len()].copy_from_slice(request);
        let end = end_of_target(&output[..request.len()]).unwrap();
        let amount = insert(&mut output, request.len(), end, "a=1&b=2").unwrap();
        assert_eq!(&output[..amount], b"POST /v4/x?a=1&b=2 HTTP/1.1\r\n\r\n");
        assert!(insert(&mut output, amount, end, &"x".repeat(64)).is_err());
    }

    #[test]
    fn only_the_head_of_a_request_has_a_target() {
        for output in [
            &b""[..],
            b"POST",
            b"CONNECT a:1 HTTP/1.1",
            b"{\"GroupId\":1}",
        ] {
            assert_eq!(end_of_target(output), None);
        }
    }
}
