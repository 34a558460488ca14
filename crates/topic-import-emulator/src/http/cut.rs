use thiserror::Error;

/// The end of a connection in the middle of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum Cut {
    /// It is closed, as by a program that ends.
    #[error("the connection is to be closed")]
    Close,
    /// It is reset, as by a machine that fails.
    #[error("the connection is to be reset")]
    Reset,
}

impl Cut {
    /// The cut that ended a connection, if it was one.
    pub(crate) fn behind(error: &hyper::Error) -> Option<Self> {
        std::error::Error::source(error)?.downcast_ref().copied()
    }
}
