//! A proxy of the tests' own: it tunnels (`CONNECT`), or does not.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What it does with everybody who asks for a tunnel.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Conduct {
    Tunnel,
    /// Answers this, and closes.
    Answer(&'static str),
    /// Says nothing until the client gives up.
    Hold,
    /// Sends a header without end, byte by byte.
    Drip,
}

/// Listens on `127.0.0.1` until dropped.
pub(crate) struct ProxyServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    conduct: Conduct,
    heads: Mutex<Vec<String>>,
    is_stopped: Mutex<bool>,
}

impl ProxyServer {
    pub(crate) fn start(conduct: Conduct) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            conduct,
            heads: Mutex::default(),
            is_stopped: Mutex::default(),
        });
        let accepting = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for stream in listener.incoming() {
                    if *shared.is_stopped.lock().unwrap() {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let shared = Arc::clone(&shared);
                    // A client that goes away early is part of the play.
                    thread::spawn(move || serve(stream, &shared).ok());
                }
            }
        });
        Self {
            address,
            shared,
            accepting: Some(accepting),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The heads of the requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.shared.heads.lock().unwrap().clone()
    }
}

impl Drop for ProxyServer {
    fn drop(&mut self) {
        *self.shared.is_stopped.lock().unwrap() = true;
        // Wakes the thread that accepts.
        TcpStream::connect(self.address).ok();
        if let Some(accepting) = self.accepting.take() {
            accepting.join().ok();
        }
    }
}

fn serve(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.extend_from_slice(&byte);
    }
    let head = String::from_utf8(head).unwrap();
    shared.heads.lock().unwrap().push(head.clone());
    match shared.conduct {
        Conduct::Tunnel => {
            let target = head.strip_prefix("CONNECT ").unwrap();
            let service = TcpStream::connect(target.split(' ').next().unwrap())?;
            client.write_all(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 x\r\n\r\n")?;
            let back = (service.try_clone()?, client.try_clone()?);
            let answers = thread::spawn(move || copy(back.0, back.1));
            copy(client, service)?;
            answers.join().unwrap()
        }
        Conduct::Answer(answer) => client.write_all(answer.as_bytes()),
        Conduct::Hold => {
            while client.read(&mut [0; 1024])? > 0 {}
            Ok(())
        }
        Conduct::Drip => {
            client.write_all(b"HTTP/1.1 200 OK\r\nX-Drip: ")?;
            loop {
                client.write_all(b"x")?;
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    let copied = io::copy(&mut from, &mut to);
    to.shutdown(Shutdown::Write).ok();
    copied.map(drop)
}
