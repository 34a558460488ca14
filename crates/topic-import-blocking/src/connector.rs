//! Keeps the signature away from the HTTP library.
//!
//! The query carries the signature, and ureq logs whole URLs at trace level. So ureq is given the URL without its
//! query, which is put into the request line when the first byte of the request is about to leave. An answer may repeat
//! the query, in a redirect say; where ureq may log it, the signature is masked before ureq sees it.
//!
//! ureq takes no more than 128 headers. So it is given those alone that say where an answer's body ends, and all of
//! them are counted here.
//!
//! ureq writes head and body one after the other. Here the head waits for the body: one packet instead of two. And
//! ureq sets a socket's timeout anew whenever it differs: here it differs from call to call only if it is short.

use std::cell::RefCell;
use std::fmt;
use std::time::{Duration, Instant};

use topic_import_core::http::{MAX_HEADER_BYTES, header_bytes};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport, time,
};
use ureq::{Error, Timeout};

const BUFFER_BYTES: usize = 16 * 1024;
/// The most of an answer's head that is kept until all of it is there: headers and the space that may surround them.
const MAX_HEAD_BYTES: usize = 2 * MAX_HEADER_BYTES;
/// The headers that say where an answer's body ends, and whether the connection lives on.
const FRAMING: [&str; 3] = ["connection", "content-length", "transfer-encoding"];
/// From here on timeouts are rounded up …
const LONG_TIMEOUT: Duration = Duration::from_secs(1);
/// … to a multiple of this.
const TIMEOUT_STEP: Duration = Duration::from_millis(50);
/// So many characters of a signature in a row are masked in an answer: enough that nothing else is taken for it.
const PIECE: usize = 16;
const NOT_HTTP: &str = "the answer does not begin as HTTP does";

thread_local! {
    /// What this thread is exchanging. ureq does all of a request's work in the thread that asked for it.
    static EXCHANGE: RefCell<Option<Exchange>> = const { RefCell::new(None) };
}

struct Exchange {
    query: String,
    /// When its time is over, whatever ureq allows each of its parts.
    until: Instant,
    /// The query stands in the request line.
    is_begun: bool,
}

/// Has `exchange` send one request with the query and read its answer, for so long at most.
pub(crate) fn with_query<T>(query: &str, timeout: Duration, exchange: impl FnOnce() -> T) -> T {
    EXCHANGE.replace(Some(Exchange {
        query: query.to_owned(),
        until: Instant::now() + timeout,
        is_begun: false,
    }));
    let result = exchange();
    EXCHANGE.take();
    result
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
        Ok(chained.map(|inner| QueryTransport {
            inner,
            buffers: LazyBuffers::new(BUFFER_BYTES, BUFFER_BYTES),
            waiting: 0,
            head: None,
            ready: Vec::new(),
        }))
    }
}

pub(crate) struct QueryTransport<In> {
    inner: In,
    buffers: LazyBuffers,
    /// How many bytes of a request's head wait in the inner buffer for what follows.
    waiting: usize,
    /// What is there of the head of the answer that is awaited; `None` once all of it was there.
    head: Option<Vec<u8>>,
    /// What ureq is to be given before anything that arrives.
    ready: Vec<u8>,
}

impl<In: Transport> QueryTransport<In> {
    /// Has leave what waits.
    fn flush(&mut self, timeout: NextTimeout) -> Result<(), Error> {
        match std::mem::take(&mut self.waiting) {
            0 => Ok(()),
            amount => self
                .inner
                .transmit_output(amount, within_the_exchange(timeout)?),
        }
    }

    /// Takes more of an answer's head; where all of it is there, its beginning is ready in its place.
    fn read_head(&mut self) -> Result<bool, Error> {
        let arrived = self.inner.buffers().input();
        let amount = arrived.len();
        let Some(head) = &mut self.head else {
            return Ok(false);
        };
        let before = head.len();
        head.extend_from_slice(arrived);
        self.inner.buffers().input_consume(amount);
        // What is no HTTP is noticed at its beginning; a head is read again only where its end may have arrived.
        let is_read = before == 0 || may_end_a_head(&head[before.saturating_sub(2)..]);
        let ready = if is_read { rewritten(head)? } else { None };
        if let Some(ready) = ready {
            self.ready = ready;
            self.head = None;
        } else if head.len() > MAX_HEAD_BYTES {
            return Err(Error::LargeResponseHeader(head.len(), MAX_HEAD_BYTES));
        }
        Ok(amount > 0)
    }

    /// Gives ureq what is ready, or else what arrived.
    fn give(&mut self) -> usize {
        let is_ready = !self.ready.is_empty();
        let source = if is_ready {
            &self.ready[..]
        } else {
            self.inner.buffers().input()
        };
        let room = self.buffers.input_append_buf();
        let amount = source.len().min(room.len());
        room[..amount].copy_from_slice(&source[..amount]);
        if log::max_level() >= log::LevelFilter::Debug {
            mask_signature(&mut room[..amount]);
        }
        self.buffers.input_appended(amount);
        if is_ready {
            self.ready.drain(..amount);
        } else {
            self.inner.buffers().input_consume(amount);
        }
        amount
    }
}

impl<In: Transport> Transport for QueryTransport<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.inner.buffers().output().len() - self.waiting < amount {
            self.flush(timeout)?;
        }
        let output = &self.buffers.output()[..amount];
        let room = &mut self.inner.buffers().output()[self.waiting..];
        let Passed { amount, is_head } = pass_on(output, room)?;
        self.waiting += amount;
        if is_head {
            self.head = Some(Vec::new());
            return Ok(());
        }
        self.flush(timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.flush(timeout)?;
        if self.ready.is_empty() && self.inner.buffers().input().is_empty() {
            self.inner.await_input(within_the_exchange(timeout)?)?;
        }
        if self.head.is_some() && !self.read_head()? {
            return Ok(false);
        }
        if self.head.is_some() {
            return Ok(true);
        }
        Ok(self.give() > 0)
    }

    fn is_open(&mut self) -> bool {
        self.waiting == 0
            && self.ready.is_empty()
            && self.inner.buffers().input().is_empty()
            && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// Its buffers hold what is exchanged.
impl<In> fmt::Debug for QueryTransport<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QueryTransport")
    }
}

/// Whether an empty line stands in a part of a head.
fn may_end_a_head(part: &[u8]) -> bool {
    let holds = |end: &[u8]| part.windows(end.len()).any(|window| window == end);
    holds(b"\n\r\n") || holds(b"\n\n")
}

/// The head of an answer with the headers alone that ureq needs, and what follows it; `None` while it is not whole.
/// Interim answers are left out.
fn rewritten(mut input: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    loop {
        let lines = input.split(|byte| *byte == b'\n').count();
        let mut headers = vec![httparse::EMPTY_HEADER; lines];
        let mut answer = httparse::Response::new(&mut headers);
        let parsed = answer
            .parse(input)
            .map_err(|_| Error::Other(NOT_HTTP.into()))?;
        let (httparse::Status::Complete(length), Some(code), Some(version)) =
            (parsed, answer.code, answer.version)
        else {
            return Ok(None);
        };
        let bytes = |header: &httparse::Header<'_>| header_bytes(header.name, header.value);
        let bytes: usize = answer.headers.iter().map(bytes).sum();
        if bytes > MAX_HEADER_BYTES {
            return Err(Error::LargeResponseHeader(bytes, MAX_HEADER_BYTES));
        }
        let rest = &input[length..];
        if matches!(code, 100 | 102..=199) {
            input = rest;
            continue;
        }
        let mut head = format!("HTTP/1.{version} {code:03}\r\n").into_bytes();
        for header in answer.headers {
            if FRAMING
                .iter()
                .any(|name| header.name.eq_ignore_ascii_case(name))
            {
                let line = [header.name.as_bytes(), b": ", header.value, b"\r\n"];
                head.extend(line.concat());
            }
        }
        return Ok(Some([&head[..], b"\r\n", rest].concat()));
    }
}

/// What is left of a timeout, and no more than the exchange has.
fn within_the_exchange(timeout: NextTimeout) -> Result<NextTimeout, Error> {
    let now = Instant::now();
    let left = EXCHANGE.with_borrow(|exchange| {
        let exchange = exchange.as_ref()?;
        Some(exchange.until.saturating_duration_since(now))
    });
    match left {
        Some(Duration::ZERO) => Err(Error::Timeout(Timeout::Global)),
        Some(left) if left < *timeout.after => Ok(rounded(NextTimeout {
            after: left.into(),
            ..timeout
        })),
        _ => Ok(rounded(timeout)),
    }
}

/// What is left of a long timeout, in steps.
fn rounded(timeout: NextTimeout) -> NextTimeout {
    let after = match timeout.after {
        time::Duration::Exact(left) if left >= LONG_TIMEOUT => {
            let steps = left.as_nanos().div_ceil(TIMEOUT_STEP.as_nanos());
            time::Duration::Exact(TIMEOUT_STEP * u32::try_from(steps).unwrap_or(u32::MAX))
        }
        after => after,
    };
    NextTimeout { after, ..timeout }
}

/// What was copied.
#[derive(Debug, PartialEq, Eq)]
struct Passed {
    amount: usize,
    /// It is the head of the request, whose body follows.
    is_head: bool,
}

/// Copies output, with the query behind the target where the request begins.
fn pass_on(output: &[u8], to: &mut [u8]) -> Result<Passed, Error> {
    EXCHANGE.with_borrow_mut(|exchange| match (exchange, end_of_target(output)) {
        (Some(exchange), Some(end)) if !exchange.is_begun => {
            let (target, rest) = output.split_at(end);
            let amount = copy(&[target, b"?", exchange.query.as_bytes(), rest], to)?;
            exchange.is_begun = true;
            Ok(Passed {
                amount,
                is_head: true,
            })
        }
        _ => Ok(Passed {
            amount: copy(&[output], to)?,
            is_head: false,
        }),
    })
}

fn copy(parts: &[&[u8]], to: &mut [u8]) -> Result<usize, Error> {
    let amount = parts.iter().map(|part| part.len()).sum();
    if amount > to.len() {
        return Err(Error::LargeResponseHeader(amount, to.len()));
    }
    let mut rest = to;
    for part in parts {
        let (place, behind) = rest.split_at_mut(part.len());
        place.copy_from_slice(part);
        rest = behind;
    }
    Ok(amount)
}

/// Overwrites every piece of this thread's signature.
fn mask_signature(input: &mut [u8]) {
    EXCHANGE.with_borrow(|exchange| {
        let query = exchange.as_ref().map_or("", |exchange| &exchange.query);
        let values = query.split('&').filter_map(|pair| pair.split_once('='));
        for (_, value) in values.filter(|(name, _)| *name == "usersig") {
            mask(input, value.as_bytes());
        }
    });
}

fn mask(input: &mut [u8], signature: &[u8]) {
    let mut pieces: Vec<&[u8]> = signature.windows(PIECE).collect();
    pieces.sort_unstable();
    let mut is_secret = vec![false; input.len()];
    for (start, window) in input.windows(PIECE).enumerate() {
        if pieces.binary_search(&window).is_ok() {
            is_secret[start..start + PIECE].fill(true);
        }
    }
    for (byte, is_secret) in input.iter_mut().zip(is_secret) {
        if is_secret {
            *byte = b'*';
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(30);

    fn passed_on(output: &[u8], room: usize) -> Result<(Vec<u8>, bool), Error> {
        let mut to = vec![0; room];
        let Passed { amount, is_head } = pass_on(output, &mut to)?;
        to.truncate(amount);
        Ok((to, is_head))
    }

    #[test]
    fn a_long_timeout_is_rounded_up_and_a_short_one_kept() {
        for (left, expected) in [
            (999_999, 999_999),
            (1_000_000, 1_000_000),
            (1_000_001, 1_050_000),
            (4_999_800, 5_000_000),
            (5_000_000, 5_000_000),
        ] {
            let timeout = NextTimeout {
                after: time::Duration::Exact(Duration::from_micros(left)),
                ..NextTimeout::default()
            };
            assert_eq!(*rounded(timeout).after, Duration::from_micros(expected));
        }
        let never = NextTimeout::default();
        assert_eq!(rounded(never).after, time::Duration::NotHappening);
    }

    #[test]
    fn the_query_comes_behind_the_first_target() {
        let request = b"POST /v4/x HTTP/1.1\r\n\r\n";
        let sent = with_query("a=1&b=2", TIMEOUT, || {
            [b"CONNECT a:1 HTTP/1.1", &request[..], b"{}", request]
                .map(|part| passed_on(part, 64).unwrap())
        });
        assert_eq!(sent[0], (b"CONNECT a:1 HTTP/1.1".to_vec(), false));
        let with_query = b"POST /v4/x?a=1&b=2 HTTP/1.1\r\n\r\n";
        assert_eq!(sent[1], (with_query.to_vec(), true));
        assert_eq!(
            sent[2..],
            [(b"{}".to_vec(), false), (request.to_vec(), false)]
        );
    }

    #[test]
    fn of_a_head_the_framing_headers_are_passed_on_and_interim_answers_are_not() {
        let text = |input: &str| {
            let output = rewritten(input.as_bytes()).unwrap()?;
            Some(String::from_utf8(output).unwrap())
        };
        let head = "HTTP/1.1 200 OK\r\nDate: x\r\ncontent-LENGTH:  2 \r\nConnection: close\r\n";
        assert_eq!(text(head), None);
        let expected = "HTTP/1.1 200\r\ncontent-LENGTH: 2\r\nConnection: close\r\n\r\n{}";
        for interim in [
            "",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 103 X\r\nA: b\r\n\r\n",
        ] {
            let whole = format!("{interim}{head}\r\n{{}}");
            assert_eq!(text(&whole).as_deref(), Some(expected));
        }
        assert_eq!(text("HTTP/1.1 100 Continue\r\n\r\n"), None);
        assert!(rewritten(b"SSH-2.0-OpenSSH_9.9\r\n\r\n").is_err());
    }

    #[test]
    fn what_does_not_fit_is_not_passed_on() {
        let query = "x".repeat(64);
        let sent = with_query(&query, TIMEOUT, || passed_on(b"POST / HTTP/1.1", 64));
        assert!(sent.is_err());
    }

    #[test]
    fn a_signature_is_masked_whole_or_cut_and_nothing_else() {
        let signature = "eJyrVgrxCdZSslIy0jNQ0gHzM1NS80oy0zLBwlCh4pTsxIKCzBQlK";
        let mut input =
            format!("location: /?usersig={signature}&a=1 {}", &signature[3..23]).into_bytes();
        with_query(
            &format!("identifier=x&usersig={signature}&random=1"),
            TIMEOUT,
            || {
                mask_signature(&mut input);
            },
        );
        let expected = format!(
            "location: /?usersig={}&a=1 {}",
            "*".repeat(signature.len()),
            "*".repeat(20)
        );
        assert_eq!(input, expected.as_bytes());
    }
}
