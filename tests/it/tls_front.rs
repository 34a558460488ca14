//! TLS in front of a server that does not speak it.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How long one side is listened to before the other one is.
const TURN: Duration = Duration::from_millis(5);

/// Listens on `127.0.0.1` for as long as this process lives, and passes on what it hears.
pub(crate) fn before(server: SocketAddr, config: Arc<ServerConfig>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(client) = client else { continue };
            let config = Arc::clone(&config);
            // A client that goes away early is part of the play.
            thread::spawn(move || pass_on(client, server, config).ok());
        }
    });
    address
}

fn pass_on(client: TcpStream, server: SocketAddr, config: Arc<ServerConfig>) -> io::Result<()> {
    client.set_read_timeout(Some(TURN))?;
    let mut server = TcpStream::connect(server)?;
    server.set_read_timeout(Some(TURN))?;
    let tls = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut client = StreamOwned::new(tls, client);
    while copy_some(&mut client, &mut server)? && copy_some(&mut server, &mut client)? {}
    Ok(())
}

/// Passes on what there is. False once there will be nothing more.
fn copy_some(from: &mut impl Read, to: &mut impl Write) -> io::Result<bool> {
    let mut buffer = [0; 4096];
    match from.read(&mut buffer) {
        Ok(0) => Ok(false),
        Ok(amount) => to
            .write_all(&buffer[..amount])
            .and_then(|()| to.flush())
            .map(|()| true),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            Ok(true)
        }
        Err(error) => Err(error),
    }
}
