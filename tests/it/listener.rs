//! A server that does with each connection as it is told, where the emulator is too well-behaved.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

use crate::request::Request;

/// What to do next with a connection. After the last act it is closed.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Read one whole request.
    Read,
    /// Wait for the first byte of a request, and leave the rest unread.
    Await,
    /// Send this.
    Send(Vec<u8>),
    /// Send what this makes of the request that was read last.
    Reply(fn(&Request) -> Vec<u8>),
    /// Send this byte by byte, with a pause after each.
    Drip(Vec<u8>, Duration),
    /// Send this over and over, for as long as the client takes it.
    Flood(Vec<u8>),
    /// Say nothing until the client gives up.
    Hold,
    /// Say nothing until the listener lets go.
    HoldUntilLetGo,
    /// End TLS as it should be ended.
    Bye,
    /// Reset the connection.
    Reset,
}

/// Listens on `127.0.0.1` until dropped. The n-th connection meets the n-th script, or the last one.
pub(crate) struct Listener {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    scripts: Vec<Vec<Act>>,
    tls: Option<Arc<ServerConfig>>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    requests: Vec<Request>,
    connections: usize,
    ended: usize,
    holding: usize,
    /// Requests that were read, and not replied to.
    in_service: usize,
    most_in_service: usize,
    let_go: bool,
    stopped: bool,
}

impl Act {
    /// The API's success.
    pub(crate) const SUCCEED: Self = Self::Reply(Request::success);
}

impl Listener {
    pub(crate) fn start(tls: Option<Arc<ServerConfig>>, scripts: Vec<Vec<Act>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            scripts,
            tls,
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let accepting = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Self {
            address,
            shared,
            accepting: Some(accepting),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The whole requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.state().requests.clone()
    }

    /// How many connections were made so far.
    pub(crate) fn connections(&self) -> usize {
        self.shared.state().connections
    }

    /// Waits until so many connections have been ended from this side.
    pub(crate) fn wait_for_ended(&self, connections: usize) {
        self.shared.wait(|state| state.ended >= connections);
    }

    /// Waits until so many connections are held at once.
    pub(crate) fn wait_for_held(&self, connections: usize) {
        self.shared.wait(|state| state.holding >= connections);
    }

    /// How many requests at most were waiting for their replies at once.
    pub(crate) fn most_in_service(&self) -> usize {
        self.shared.state().most_in_service
    }

    /// Lets go of all that [`Act::HoldUntilLetGo`] holds, and holds nothing any more.
    pub(crate) fn let_go(&self) {
        self.shared.change(|state| state.let_go = true);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.shared.change(|state| {
            state.stopped = true;
            state.let_go = true;
        });
        // Wakes the thread that accepts.
        TcpStream::connect(self.address).ok();
        if let Some(accepting) = self.accepting.take() {
            accepting.join().ok();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_all();
    }

    fn wait(&self, until: impl Fn(&State) -> bool) {
        let mut state = self.state();
        while !until(&state) {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        let mut state = shared.state();
        if state.stopped {
            return;
        }
        let position = state.connections.min(shared.scripts.len() - 1);
        state.connections += 1;
        drop(state);
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            // A client that goes away early is part of the play.
            let mut is_ended = false;
            serve(stream, &shared, position, &mut is_ended).ok();
            if !is_ended {
                shared.change(|state| state.ended += 1);
            }
        });
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Stream {
    fn open(mut tcp: TcpStream, tls: Option<&Arc<ServerConfig>>) -> io::Result<Self> {
        tcp.set_nodelay(true)?;
        let Some(config) = tls else {
            return Ok(Self::Plain(tcp));
        };
        let mut tls = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        while tls.is_handshaking() {
            tls.complete_io(&mut tcp)?;
        }
        Ok(Self::Tls(Box::new(StreamOwned::new(tls, tcp))))
    }

    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(tls) => &tls.sock,
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
        }
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.write_all(bytes),
            Self::Tls(tls) => tls.write_all(bytes).and_then(|()| tls.flush()),
        }
    }
}

fn serve(tcp: TcpStream, shared: &Shared, position: usize, is_ended: &mut bool) -> io::Result<()> {
    let mut stream = Stream::open(tcp, shared.tls.as_ref())?;
    let mut unread = Vec::new();
    let mut last = None;
    for act in &shared.scripts[position] {
        match act {
            Act::Read => {
                let request = read_request(&mut stream, &mut unread)?;
                shared.change(|state| {
                    state.requests.push(request.clone());
                    state.in_service += 1;
                    state.most_in_service = state.most_in_service.max(state.in_service);
                });
                last = Some(request);
            }
            // Below TLS, what was read with the handshake's end can no longer be waited for.
            Act::Await if matches!(stream, Stream::Tls(_)) => {
                let mut first = [0];
                let length = stream.read(&mut first)?;
                unread.extend_from_slice(&first[..length]);
            }
            Act::Await => {
                stream.tcp().peek(&mut [0])?;
            }
            Act::Send(bytes) => stream.send(bytes)?,
            Act::Reply(reply) => {
                let request = last.take().ok_or(io::ErrorKind::InvalidInput)?;
                shared.change(|state| state.in_service -= 1);
                stream.send(&reply(&request))?;
            }
            Act::Drip(bytes, pause) => {
                for byte in bytes {
                    stream.send(&[*byte])?;
                    thread::sleep(*pause);
                }
            }
            Act::Flood(bytes) => loop {
                stream.send(bytes)?;
            },
            Act::Hold => while stream.read(&mut [0; 1024])? > 0 {},
            Act::HoldUntilLetGo => {
                shared.change(|state| state.holding += 1);
                shared.wait(|state| state.let_go);
                shared.change(|state| state.holding -= 1);
            }
            Act::Bye => {
                if let Stream::Tls(tls) = &mut stream {
                    tls.conn.send_close_notify();
                    tls.flush()?;
                }
                // Closing with something unread would reset the connection.
                stream.tcp().shutdown(Shutdown::Write)?;
                *is_ended = true;
                shared.change(|state| state.ended += 1);
                while stream.read(&mut [0; 1024])? > 0 {}
            }
            Act::Reset => {
                // Closed without a linger is reset.
                return SockRef::from(stream.tcp()).set_linger(Some(Duration::ZERO));
            }
        }
    }
    Ok(())
}

fn read_request(stream: &mut Stream, unread: &mut Vec<u8>) -> io::Result<Request> {
    loop {
        if let Some((request, length)) = Request::parse(unread) {
            unread.drain(..length);
            return Ok(request);
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => unread.extend_from_slice(&buffer[..length]),
        }
    }
}
