//! Ctrl-C and SIGTERM.

use std::io;

use tokio::runtime;

use crate::exit::CannotStart;

/// Waits for Ctrl-C or SIGTERM. Once `ready` is called, neither ends the program by itself.
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

/// Ready with the next Ctrl-C or SIGTERM.
pub(crate) async fn requested() -> io::Result<()> {
    listen()?.await;
    Ok(())
}

/// Takes Ctrl-C and SIGTERM over from now on; ready with the next one. Must be called within a tokio runtime.
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

/// Takes Ctrl-C over from now on; ready with the next one. Must be called within a tokio runtime.
#[cfg(windows)]
fn listen() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
