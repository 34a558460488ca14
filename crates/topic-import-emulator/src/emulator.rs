use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use crate::faults::plan::FaultPlan;
use crate::http::serving_thread::ServingThread;
use crate::service::community::Community;
use crate::service::{Service, lock};
use crate::state::State;

/// A running emulator.
///
/// It serves on a thread of its own, whether the program around it is asynchronous or not. Dropping it closes
/// every connection and returns when the thread has ended.
pub struct Emulator {
    pub(crate) address: SocketAddr,
    pub(crate) service: Arc<Mutex<Service>>,
    pub(crate) authority_pem: Option<String>,
    pub(crate) thread: ServingThread,
}

impl Emulator {
    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where a client is to send its calls: scheme, host and port, such as `http://127.0.0.1:41234`, or
    /// `https://localhost:41234` with [HTTPS](crate::Builder::https).
    pub fn origin(&self) -> String {
        match self.authority_pem {
            None => format!("http://{}", self.address),
            Some(_) => format!("https://localhost:{}", self.address.port()),
        }
    }

    /// The certificate (PEM) that a client must trust for [HTTPS](crate::Builder::https). Every emulator has its own,
    /// whose key is gone when `start` returns.
    pub fn certificate_authority(&self) -> Option<&str> {
        self.authority_pem.as_deref()
    }

    /// What it holds and has seen.
    pub fn state(&self) -> State {
        State::of(&self.service)
    }

    /// Replaces the plan of faults. The plan counts calls from 1 again, and times from now.
    pub fn set_faults(&self, plan: FaultPlan) {
        lock(&self.service).set_faults(plan);
    }

    /// Puts a community into a condition from now on, as somebody does at the service's console. Topics that
    /// are there stay.
    pub fn set_community(&self, group_id: &str, community: Community) {
        lock(&self.service).communities.set(group_id, community);
    }
}

/// Stops serving, then lets go of the state file: a [`State`] may be held for longer, and must not keep another
/// emulator from going on with the file.
impl Drop for Emulator {
    fn drop(&mut self) {
        self.thread.stop();
        lock(&self.service).state_file = None;
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
