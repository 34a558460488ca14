//! The network's side: connections, requests and responses, and what a fault makes of them.

pub(crate) mod certificate;
pub(crate) mod cut;
pub(crate) mod disturbance;
pub(crate) mod exchange;
pub(crate) mod response;
pub(crate) mod server;
pub(crate) mod serving_thread;
pub(crate) mod trickle;
