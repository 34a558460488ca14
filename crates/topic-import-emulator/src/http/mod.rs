//! The network: connections, requests and responses, and the effect of faults on them.

pub(crate) mod certificate;
pub(crate) mod cut;
pub(crate) mod disturbance;
pub(crate) mod exchange;
pub(crate) mod response;
pub(crate) mod server;
pub(crate) mod serving_thread;
pub(crate) mod trickle;
