//! Ctrl-C and SIGTERM.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use tokio::runtime;

use crate::exit::CannotStart;

/// Waits for Ctrl-C or SIGTERM. Once `ready` is called, neither ends the program by itself.
pub(crate) fn wait(ready: impl FnOnce() -> Result<(), CannotStart>) -> Result<(), CannotStart> {
    let cannot = |error| CannotStart::new(format!("cannot wait for Ctrl-C: {error}"));
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(cannot)?;
    let waiting = async {
        let mut requested = pin!(requested());
        let mut ready = Some(ready);
        // From the first poll on, the signals come here.
        poll_fn(|context| {
            let polled = requested.as_mut().poll(context).map_err(cannot);
            match ready.take().map_or(Ok(()), |ready| ready()) {
                Ok(()) => polled,
                Err(error) => Poll::Ready(Err(error)),
            }
        })
        .await
    };
    runtime.block_on(waiting)
}

/// Ready with the next Ctrl-C or SIGTERM.
#[cfg(unix)]
pub(crate) async fn requested() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Ready with the next Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn requested() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
