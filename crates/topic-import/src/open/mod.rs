//! From arguments to what is worked with: the input, the journal, the connection, the secrets.

pub(crate) mod communities;
pub(crate) mod connection;
pub(crate) mod input;
pub(crate) mod journal;
pub(crate) mod secret;
