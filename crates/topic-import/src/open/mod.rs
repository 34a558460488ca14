//! Opens what the arguments name: the input, the journal, the connection, the secrets and the log.

pub(crate) mod communities;
pub(crate) mod connection;
pub(crate) mod input;
pub(crate) mod journal;
pub(crate) mod log;
pub(crate) mod secret;
pub(crate) mod spread;
