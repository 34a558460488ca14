//! Opens what the arguments name: the input, the journal, the connection and the secrets.

pub(crate) mod communities;
pub(crate) mod connection;
pub(crate) mod input;
pub(crate) mod journal;
pub(crate) mod secret;
pub(crate) mod spread;
