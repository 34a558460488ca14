//! A network between a program and a server, which can fail.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::{Database, PASSWORD, SUPERUSER};

const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Passes on what is sent over TCP, until it is told otherwise. Its threads last as long as the test process.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    network: Arc<Network>,
}

#[derive(Debug, Default)]
struct Network {
    is_hanging: AtomicBool,
    /// After so many bytes, in either direction, a connection is cut; the next cut is the last of these.
    cuts: Mutex<Vec<usize>>,
    made: AtomicUsize,
    /// Both ends of every connection.
    ends: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// A proxy before a database's server.
    pub fn before(database: &Database<'_>) -> Self {
        let server = database.server.port;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let network = Arc::<Network>::default();
        let of_listener = Arc::clone(&network);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server)) {
                    of_listener.connect(&client, &server);
                }
            }
        });
        Self { port, network }
    }

    /// The database's address through it, with the password.
    pub fn url(&self, database: &Database<'_>) -> String {
        let Self { port, .. } = self;
        let name = database.name();
        format!("postgres://{SUPERUSER}:{PASSWORD}@127.0.0.1:{port}/{name}?sslmode=disable")
    }

    /// Nothing is passed on, and no connection is cut, until it [goes on](Self::go_on).
    pub fn hang(&self) {
        self.network.is_hanging.store(true, SeqCst);
    }

    /// What was held back is passed on.
    pub fn go_on(&self) {
        self.network.is_hanging.store(false, SeqCst);
    }

    /// Cuts connections, each time after so many bytes in either direction, the last of these first.
    pub fn cut_after(&self, bytes: Vec<usize>) {
        *self.network.cuts.lock().unwrap() = bytes;
    }

    /// Cuts every connection that there is, as a network does that forgets those on which nothing was sent for a while.
    pub fn cut_all(&self) {
        for end in self.network.ends.lock().unwrap().drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    /// How many connections were cut.
    pub fn cuts(&self) -> usize {
        self.network.made.load(SeqCst)
    }
}

impl Network {
    fn connect(self: &Arc<Self>, client: &TcpStream, server: &TcpStream) {
        let ends = [client.try_clone(), server.try_clone()];
        self.ends.lock().unwrap().extend(ends.into_iter().flatten());
        for (from, to) in [(client, server), (server, client)] {
            let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else {
                return;
            };
            let network = Arc::clone(self);
            thread::spawn(move || {
                let _ = network.pass_on(&from, &to);
                let _ = from.shutdown(Shutdown::Both);
                let _ = to.shutdown(Shutdown::Both);
            });
        }
    }

    fn pass_on(&self, mut from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        loop {
            let read = from.read(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            while self.is_hanging.load(SeqCst) {
                thread::sleep(LOOK_EVERY);
            }
            let passed = self.until_cut(read);
            to.write_all(&buffer[..passed])?;
            if passed < read {
                self.made.fetch_add(1, SeqCst);
                return Ok(());
            }
        }
    }

    /// How many of these bytes are passed on: fewer where the connection is to be cut.
    fn until_cut(&self, bytes: usize) -> usize {
        let mut cuts = self.cuts.lock().unwrap();
        match cuts.last_mut() {
            Some(left) if *left < bytes => cuts.pop().unwrap_or_default(),
            Some(left) => {
                *left -= bytes;
                bytes
            }
            None => bytes,
        }
    }
}
