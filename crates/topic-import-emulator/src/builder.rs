use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::app::App;
use crate::emulator::Emulator;
use crate::faults::plan::FaultPlan;
use crate::http::certificate::Certificate;
use crate::http::server::Server;
use crate::http::serving_thread::ServingThread;
use crate::memory::state_file::StateFile;
use crate::service::Service;
use crate::service::communities::Communities;
use crate::service::community::Community;
use crate::service::difference::Difference;
use crate::service::differences::Differences;
use crate::start_error::StartError;

/// Calls per second that the service allows for each of the commands \[S\]\[T\].
const DEFAULT_QUOTA: u32 = 200;

/// The settings of an [`Emulator`], each with a default that is fit for trying.
#[derive(Debug)]
#[must_use]
pub struct Builder {
    address: SocketAddr,
    app: App,
    quota: Option<u32>,
    communities: Communities,
    latency: Duration,
    faults: FaultPlan,
    differences: Differences,
    https: bool,
    state_file: Option<PathBuf>,
    reuse_destroyed_ids: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            app: App::default(),
            quota: Some(DEFAULT_QUOTA),
            communities: Communities::default(),
            latency: Duration::ZERO,
            faults: FaultPlan::default(),
            differences: Differences::default(),
            https: false,
            state_file: None,
            reuse_destroyed_ids: false,
        }
    }
}

impl Emulator {
    /// The settings of an emulator to be started.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Builder {
    /// Where to listen; port 0 lets the system choose. Only loopback addresses. Default: `127.0.0.1:0`.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// The app that calls are for. Default: [`App::default`].
    pub fn app(mut self, app: App) -> Self {
        self.app = app;
        self
    }

    /// How many calls per second each command takes, `None` for any number. Default: 200 \[S\]\[T\].
    ///
    /// The window is strict and slides: a call is refused with 60007 \[E\] if that many accepted calls of its
    /// command lie in the second before it. What counts is what gets past the gateway, whatever becomes of it
    /// there; what is refused with 60007 does not.
    pub fn quota(mut self, calls_per_second: impl Into<Option<u32>>) -> Self {
        self.quota = calls_per_second.into();
        self
    }

    /// Puts a community into a condition. Default: any community is there as soon as it is named.
    pub fn community(mut self, group_id: &str, community: Community) -> Self {
        self.communities.set(group_id, community);
        self
    }

    /// Has no other communities be there than those named by [`community`](Self::community) and those that are imported: a
    /// call for any other gets 10010 \[S\]. Default: any is there.
    pub fn only_listed_communities(mut self) -> Self {
        self.communities.only_listed();
        self
    }

    /// How many topics a community takes, `None` for any number; the import of a further one gets 10037 \[S\].
    /// Default: 200 \[L\].
    ///
    /// A community that [`Community::FullAt`] describes has a number of its own.
    pub fn topics_per_community(mut self, topics: impl Into<Option<usize>>) -> Self {
        self.communities.limit_topics(topics.into());
        self
    }

    /// Has the `TopicId` of a destroyed topic be free again, as if there had been no topic. No document says whether it
    /// is. Default: the ID is used up, so that an import under it gets 10021, and `get_topic` has an item with 110003
    /// for it \[T\].
    pub fn reuse_destroyed_ids(mut self) -> Self {
        self.reuse_destroyed_ids = true;
        self
    }

    /// How long every answer is kept back after the work is done. Default: not at all.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Which calls suffer which faults. Default: none.
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.faults = plan;
        self
    }

    /// Has the emulator depart from the documents in a point, and in several when called several times. Default: it
    /// follows the documents.
    pub fn differ(mut self, difference: Difference) -> Self {
        self.differences.add(difference);
        self
    }

    /// Serves HTTPS and nothing else, with a certificate for `localhost`, `127.0.0.1` and `::1` from an authority
    /// that is made for the occasion: [`Emulator::certificate_authority`]. Default: plain HTTP.
    pub fn https(mut self) -> Self {
        self.https = true;
        self
    }

    /// Keeps the state in a file: the emulator starts with what the file holds, and writes every change to it before
    /// it answers the call. Default: nothing is kept.
    ///
    /// An emulator that was killed, at whatever moment, goes on with all that was done before, whether or not the
    /// answers got out: with its topics and the communities that were imported, the IDs that it assigned, the topics that were destroyed, and
    /// [how often each `TopicId` was tried](crate::State::tries). Calls, quotas, the conditions of communities, faults
    /// and the other settings of this builder are not kept. Power loss is out of scope: changes are handed to the
    /// system, which may not have stored them yet.
    ///
    /// If there is no such file, it is made, readable by its owner alone. One emulator at a time uses a file. It only
    /// appends to it, except that a last line which a kill cut short is removed.
    /// [`SavedState`](crate::SavedState) says what stands in a file, and reads it without an emulator.
    ///
    /// A call whose change cannot be written, to a full disk say, is not executed: it gets 10002 \[S\], or what its
    /// [`Fault`](crate::Fault) makes of that, and is not counted as a try.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// Starts the emulator: when this returns, calls are answered.
    pub fn start(self) -> Result<Emulator, StartError> {
        let (listener, address) = self.listen()?;
        let certificate = self.https.then(Certificate::make).transpose()?;
        let mut service = Service::new(
            self.app,
            self.communities,
            self.quota,
            self.faults,
            self.differences,
        );
        if let Some(path) = &self.state_file {
            let (state_file, topics, groups) = StateFile::open(path)?;
            service.keep(topics, groups, state_file);
        }
        if self.reuse_destroyed_ids {
            service.topics.reuse_destroyed_ids();
        }
        let service = Arc::new(Mutex::new(service));
        let server = Server {
            service: Arc::clone(&service),
            latency: self.latency,
            tls: certificate
                .as_ref()
                .map(|certificate| Arc::clone(&certificate.server).into()),
        };
        let thread = ServingThread::start(listener, server)?;
        Ok(Emulator {
            address,
            service,
            authority_pem: certificate.map(|certificate| certificate.authority_pem),
            thread,
        })
    }

    fn listen(&self) -> Result<(TcpListener, SocketAddr), StartError> {
        let address = self.address;
        if !address.ip().is_loopback() {
            return Err(StartError::NotLoopback(address));
        }
        let listen = || {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            let bound = listener.local_addr()?;
            Ok((listener, bound))
        };
        listen().map_err(|source| StartError::Listen { address, source })
    }
}
