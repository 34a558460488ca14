//! Ctrl-C and SIGTERM.

use std::io;

use tokio::runtime;

use crate::exit::CannotStart;

/// Takes over Ctrl-C and SIGTERM, so that they no longer end the program by themselves, then calls `ready` and waits
/// for either of them.
pub(crate) fn wait(ready: impl FnOnce() -> Result<(), CannotStart>) -> Result<(), CannotStart> {
    let cannot = |error| CannotStart::new(format!("cannot wait for Ctrl-C: {error}"));
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(cannot)?;
    runtime.block_on(async {
        let requested = listen().map_err(cannot)?;
        ready()?;
        requested.await;
        Ok(())
    })
}

/// Waits for the next Ctrl-C or SIGTERM.
pub(crate) async fn requested() -> io::Result<()> {
    listen()?.await;
    Ok(())
}

/// From now on, Ctrl-C and SIGTERM do not end the program; instead, the returned future completes at the next one. Must
/// be called within a tokio runtime.
#[cfg(unix)]
fn listen() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// From now on, Ctrl-C does not end the program; instead, the returned future completes at the next one. Must be called
/// within a tokio runtime.
#[cfg(windows)]
fn listen() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
