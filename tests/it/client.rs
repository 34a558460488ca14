//! Both clients behind one face, so that one table drives them.

use std::future::Future;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};

use futures_util::{StreamExt as _, stream};
use tokio::runtime::Runtime;
use topic_import_core::{CallError, ImportTopic, Imported, Operation};
use topic_import_driver::ClientSettings;

use crate::watch;

pub(crate) type Ended = Result<Imported, CallError>;

/// Which client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Async,
    Blocking,
}

impl Kind {
    pub(crate) const BOTH: [Self; 2] = [Self::Async, Self::Blocking];
}

/// One of the two.
#[derive(Clone, Debug)]
pub(crate) enum Client {
    Async(topic_import_async::Client),
    Blocking(topic_import_blocking::Client),
}

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Runtime::new().expect("a runtime can be started"));

/// Waits for a future on the runtime that all async clients of these tests share.
pub(crate) fn wait_for<F: Future>(future: F) -> F::Output {
    RUNTIME.block_on(future)
}

impl Client {
    pub(crate) fn new(kind: Kind, settings: &ClientSettings) -> Self {
        watch::start();
        match kind {
            Kind::Async => {
                Self::Async(topic_import_async::Client::new(settings).expect("settings are sound"))
            }
            Kind::Blocking => Self::Blocking(
                topic_import_blocking::Client::new(settings).expect("settings are sound"),
            ),
        }
    }

    pub(crate) fn import(&self, topic: ImportTopic) -> Ended {
        match self {
            Self::Async(client) => wait_for(client.import(topic)),
            Self::Blocking(client) => client.import(topic),
        }
    }

    pub(crate) fn execute<O: Operation>(&self, operation: O) -> Result<O::Output, CallError> {
        match self {
            Self::Async(client) => wait_for(client.execute(operation)),
            Self::Blocking(client) => client.execute(operation),
        }
    }

    pub(crate) fn import_all(
        &self,
        topics: Vec<ImportTopic>,
        at_once: NonZeroUsize,
    ) -> Vec<(Arc<ImportTopic>, Ended)> {
        match self {
            Self::Async(client) => {
                let topics = stream::iter(topics);
                wait_for(client.import_all(topics, at_once).collect())
            }
            Self::Blocking(client) => client.import_all(topics, at_once).collect(),
        }
    }
}
