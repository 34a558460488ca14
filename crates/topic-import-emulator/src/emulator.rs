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
/// It serves on its own thread, so it works in asynchronous and in blocking programs. Dropping it closes every
/// connection and waits for the thread to end.
pub struct Emulator {
    pub(crate) address: SocketAddr,
    pub(crate) service: Arc<Mutex<Service>>,
    pub(crate) authority_pem: Option<String>,
    pub(crate) thread: ServingThread,
}

impl Emulator {
    /// The address on which the emulator listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The origin to which a client must send its calls, such as `http://127.0.0.1:41234`, or with
    /// [HTTPS](crate::Builder::https) `https://localhost:41234`.
    pub fn origin(&self) -> String {
        match self.authority_pem {
            None => format!("http://{}", self.address),
            Some(_) => format!("https://localhost:{}", self.address.port()),
        }
    }

    /// The certificate (PEM) that a client must trust for [HTTPS](crate::Builder::https); `None` for plain HTTP. Every
    /// emulator creates its own, and its private key no longer exists when `start` returns.
    pub fn certificate_authority(&self) -> Option<&str> {
        self.authority_pem.as_deref()
    }

    /// A view of the emulator's topics and of the calls that it has received.
    pub fn state(&self) -> State {
        State::of(&self.service)
    }

    /// Replaces the fault plan. The new plan counts calls from 1 and measures time from now.
    pub fn set_faults(&self, plan: FaultPlan) {
        lock(&self.service).set_faults(plan);
    }

    /// Changes the condition of a community from now on, as somebody could in the service's console. Its topics are
    /// kept.
    pub fn set_community(&self, group_id: &str, community: Community) {
        lock(&self.service).communities.set(group_id, community);
    }
}

/// Stops serving, then releases the state file: a [`State`] may live longer, and must not prevent another emulator from
/// using the file.
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
