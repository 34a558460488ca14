use std::io;
use std::net::SocketAddr;

use thiserror::Error;

use crate::memory::state_file_error::StateFileError;

/// Why an emulator could not be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address is not a loopback address: an emulator must not be reachable from other machines.
    #[error("{0} is not an address of this machine alone: listen on 127.0.0.1 or ::1")]
    NotLoopback(SocketAddr),
    /// The emulator cannot listen on the address.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address that was requested.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The [state file](crate::Builder::state_file) cannot be used.
    #[error(transparent)]
    StateFile(#[from] StateFileError),
    /// The certificate for HTTPS cannot be created.
    #[error("cannot make a certificate")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The thread that serves calls cannot be started.
    #[error("cannot start serving")]
    Serve(#[source] io::Error),
}
