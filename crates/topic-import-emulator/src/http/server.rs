//! A listener, and a task for each connection.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::http::cut::Cut;
use crate::http::exchange::exchange;
use crate::service::Service;

/// How long to wait after a connection could not be accepted, such as because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

pub(crate) struct Server {
    pub(crate) service: Arc<Mutex<Service>>,
    pub(crate) latency: Duration,
    /// `None` means plain HTTP.
    pub(crate) tls: Option<TlsAcceptor>,
}

impl Server {
    /// Accepts and serves connections until dropped.
    pub(crate) async fn run(self, listener: TcpListener) {
        let server = Arc::new(self);
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let server = Arc::clone(&server);
                    // If a connection breaks, only its client is affected, and the client notices by itself.
                    tokio::spawn(async move { server.serve(stream).await.ok() });
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    }

    async fn serve(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        match &self.tls {
            None => self.converse(stream, |stream| stream).await,
            Some(tls) => {
                let stream = tls.accept(stream).await?;
                self.converse(stream, |stream| stream.get_ref().0).await
            }
        }
    }

    /// Serves the calls of one connection until it ends. `tcp` returns the socket below the stream.
    async fn converse<S>(&self, stream: S, tcp: impl FnOnce(&S) -> &TcpStream) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut connection = http1::Builder::new().serve_connection(
            TokioIo::new(stream),
            service_fn(|request| exchange(&self.service, self.latency, request)),
        );
        let ended = (&mut connection).await;
        if let Err(error) = &ended
            && Cut::behind(error) == Some(Cut::Reset)
        {
            let stream = connection.into_parts().io.into_inner();
            // With zero linger, closing the stream resets the connection.
            tcp(&stream).set_zero_linger()?;
        }
        ended.map_err(io::Error::other)
    }
}
