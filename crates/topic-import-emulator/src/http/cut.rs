use thiserror::Error;

/// A connection that is to end in the middle of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum Cut {
    /// The connection is closed, as when a program ends.
    #[error("the connection is to be closed")]
    Close,
    /// The connection is reset, as when a machine fails.
    #[error("the connection is to be reset")]
    Reset,
}

impl Cut {
    /// The cut that ended a connection; `None` if the connection ended for another reason.
    pub(crate) fn behind(error: &hyper::Error) -> Option<Self> {
        std::error::Error::source(error)?.downcast_ref().copied()
    }
}
