//! Ctrl-C and SIGTERM.

use tokio::runtime;

use crate::exit::CannotStart;

/// Waits for the first of the two.
pub(crate) fn wait() -> Result<(), CannotStart> {
    let cannot = |error| CannotStart::new(format!("cannot wait for Ctrl-C: {error}"));
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(cannot)?;
    runtime.block_on(requested()).map_err(cannot)
}

/// Ready with the first of the two.
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

/// Ready with Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn requested() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
