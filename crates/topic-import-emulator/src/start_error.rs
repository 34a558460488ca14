use std::io;
use std::net::SocketAddr;

use thiserror::Error;

use crate::memory::state_file_error::StateFileError;

/// Why an emulator could not be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address is not the machine's own: an emulator must not be reachable from outside.
    #[error("{0} is not an address of this machine alone: listen on 127.0.0.1 or ::1")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The [state file](crate::Builder::state_file) cannot be used.
    #[error(transparent)]
    StateFile(#[from] StateFileError),
    /// The certificate for HTTPS cannot be made.
    #[error("cannot make a certificate")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The thread to serve on cannot be had.
    #[error("cannot start serving")]
    Serve(#[source] io::Error),
}
