use std::io;
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use tokio::runtime::{self, Runtime};
use tokio::sync::oneshot;

use crate::http::server::Server;
use crate::start_error::StartError;

/// A thread that serves until this is dropped. Dropping it closes every connection and waits for the thread to end.
pub(crate) struct ServingThread {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ServingThread {
    /// Starts the thread, and returns when it is ready for connections.
    pub(crate) fn start(listener: TcpListener, server: Server) -> Result<Self, StartError> {
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("topic-import-emulator".to_owned())
            .spawn(move || {
                // The runtime is created and dropped on this thread: dropping it in an async context would panic.
                match prepare(listener) {
                    Ok((runtime, listener)) => {
                        ready.send(Ok(())).ok();
                        runtime.block_on(serve_until(stopped, server, listener));
                    }
                    Err(error) => {
                        ready.send(Err(error)).ok();
                    }
                }
            })
            .map_err(StartError::Serve)?;
        is_ready
            .recv()
            .unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()))
            .map_err(StartError::Serve)?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Closes every connection, and returns when no call is being handled any more.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // If the thread panicked, the panic was reported when it happened.
            thread.join().ok();
        }
    }
}

impl Drop for ServingThread {
    fn drop(&mut self) {
        self.stop();
    }
}

fn prepare(listener: TcpListener) -> io::Result<(Runtime, tokio::net::TcpListener)> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    Ok((runtime, listener))
}

async fn serve_until(
    stopped: oneshot::Receiver<()>,
    server: Server,
    listener: tokio::net::TcpListener,
) {
    let serving = tokio::spawn(server.run(listener));
    // Nothing is ever sent. The wait ends, with an error, when the sender is dropped.
    stopped.await.ok();
    serving.abort();
}
