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

/// The calls per second that the service allows for each command \[S\]\[T\].
const DEFAULT_QUOTA: u32 = 200;

/// The settings of an [`Emulator`]. Every setting has a default that suits a first trial.
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
    /// Default settings for a new emulator.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Builder {
    /// Sets the address to listen on, which must be a loopback address. With port 0, the system chooses the port.
    /// Default: `127.0.0.1:0`.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Sets the app for which calls are accepted. Default: [`App::default`].
    pub fn app(mut self, app: App) -> Self {
        self.app = app;
        self
    }

    /// Sets how many calls per second each command accepts; `None` for no limit. Default: 200 \[S\]\[T\].
    ///
    /// The limit holds for a sliding window: a call is refused with 60007 \[E\] if that many calls of its command were
    /// accepted in the second before it. Every call that passes the checks of URL and signature counts, even if it is
    /// refused later; a call that is refused with 60007 does not.
    pub fn quota(mut self, calls_per_second: impl Into<Option<u32>>) -> Self {
        self.quota = calls_per_second.into();
        self
    }

    /// Sets the condition of a community. Default: every community exists, in the condition [`Community::Normal`].
    pub fn community(mut self, group_id: &str, community: Community) -> Self {
        self.communities.set(group_id, community);
        self
    }

    /// Makes only those communities exist that are named by [`community`](Self::community) or have been imported: a
    /// call for any other gets 10010 \[S\]. Default: every community exists.
    pub fn only_listed_communities(mut self) -> Self {
        self.communities.only_listed();
        self
    }

    /// Sets how many topics a community accepts; `None` for no limit. The import of a further topic gets 10037 \[S\].
    /// Default: 200 \[L\].
    ///
    /// [`Community::FullAt`] sets a different limit for one community.
    pub fn topics_per_community(mut self, topics: impl Into<Option<usize>>) -> Self {
        self.communities.limit_topics(topics.into());
        self
    }

    /// Sets by how many communities a day may increase their number; `None` for no limit, which is the default. The
    /// `import_group` of a further one gets 10006 \[T\] until the next day; a community that is destroyed makes room.
    ///
    /// A day is one of UTC (our decision). A state file does not keep what a day has used up.
    pub fn groups_per_day(mut self, groups: impl Into<Option<u32>>) -> Self {
        self.communities.daily_increase.limit(groups.into());
        self
    }

    /// Sets the accounts that exist, so far as owners of communities are concerned: an `import_group` with another
    /// `Owner_Account` gets 10019 \[E\]. Default: every account exists.
    pub fn owner_accounts<A: Into<String>>(
        mut self,
        accounts: impl IntoIterator<Item = A>,
    ) -> Self {
        let accounts = accounts.into_iter().map(Into::into);
        self.communities.only_owners(accounts);
        self
    }

    /// Makes the IDs of destroyed topics and communities available again, as if they had never existed. Default: such an
    /// ID cannot be used again; an import with it gets 10021, and `get_topic` returns an item with 110003 for it \[T\].
    /// No document says which of the two the service does.
    pub fn reuse_destroyed_ids(mut self) -> Self {
        self.reuse_destroyed_ids = true;
        self
    }

    /// Sets for how long every answer is held back after the work is done. Default: not at all.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Sets which calls suffer which faults. Default: none.
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.faults = plan;
        self
    }

    /// Makes the emulator differ from the documents in one point. Call this several times for several points. Default:
    /// it follows the documents.
    pub fn differ(mut self, difference: Difference) -> Self {
        self.differences.add(difference);
        self
    }

    /// Serves only HTTPS, with a certificate for `localhost`, `127.0.0.1` and `::1`. Its certificate authority is
    /// created when the emulator starts: [`Emulator::certificate_authority`]. Default: plain HTTP.
    pub fn https(mut self) -> Self {
        self.https = true;
        self
    }

    /// Keeps the state in a file. The emulator starts with the state in the file, and writes every change to it before
    /// it answers the call. Default: the state is lost when the emulator ends.
    ///
    /// An emulator that is killed at any moment loses nothing that it has done, whether or not the answers were sent:
    /// the file holds its topics, the communities that were imported, the IDs that it assigned, the topics and communities
    /// that were destroyed, and [how often each `TopicId` was tried](crate::State::tries). It does not hold calls, quotas, the
    /// conditions of communities, faults and other settings of this builder. Power loss is out of scope: changes are
    /// handed to the operating system, which may not have stored them yet.
    ///
    /// If the file does not exist, it is created, readable only by its owner. Only one emulator at a time can use a
    /// file. It only appends to it, except that it removes an incomplete last line, which a kill leaves behind.
    /// [`SavedState`](crate::SavedState) documents the format, and reads a file without an emulator.
    ///
    /// A call whose change cannot be written, such as to a full disk, is not executed: it gets 10002 \[S\], or what its
    /// [`Fault`](crate::Fault) makes of that, and does not count as a try.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// Starts the emulator. It is ready for calls when this returns.
    ///
    /// # Errors
    /// The address is not a loopback address or cannot be listened on, the state file cannot be used, or the
    /// certificate or the thread cannot be created.
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
            service.groups.reuse_destroyed_ids();
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
