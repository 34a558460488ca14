//! Tracks how long the database has been unreachable, for the calls that wait for its slots.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::error::QuotaError;

/// How long the database may be unreachable before the calls that wait are told.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the database is unreachable, since when and why.
#[derive(Debug)]
pub(crate) struct Outage {
    away: watch::Sender<Option<Away>>,
}

#[derive(Clone, Debug)]
struct Away {
    since: Instant,
    why: Arc<QuotaError>,
}

impl Outage {
    pub(crate) fn new() -> Self {
        Self {
            away: watch::Sender::new(None),
        }
    }

    /// Notes that the database answers.
    pub(crate) fn note_there(&self) {
        self.away.send_if_modified(|away| away.take().is_some());
    }

    /// Notes that the database cannot be used. The outage begins now, unless it had already begun.
    pub(crate) fn note_away(&self, why: QuotaError) {
        self.away.send_modify(|away| {
            let since = away.as_ref().map_or_else(Instant::now, |away| away.since);
            let why = Arc::new(why);
            *away = Some(Away { since, why });
        });
    }

    /// Waits until the database has been unreachable for [`PATIENCE`], and returns why.
    pub(crate) async fn outlasted(&self) -> Arc<QuotaError> {
        let mut changes = self.away.subscribe();
        loop {
            let away = changes.borrow_and_update().clone();
            let patience = async {
                match &away {
                    Some(away) => tokio::time::sleep_until(away.since + PATIENCE).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = changes.changed() => {}
                () = patience => if let Some(away) = away {
                    return away.why;
                },
            }
        }
    }
}
