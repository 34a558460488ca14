use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::http::Uri;

use crate::connection::Connection;

/// As many idle connections are kept: more threads at once would be of no use.
const MAX_CONNECTIONS: usize = 1024;
const MAX_AGE: Duration = Duration::from_secs(15);

/// Idle connections that are kept for later requests, in the order in which they became idle.
#[derive(Debug, Default)]
pub(crate) struct IdleConnections(Mutex<Vec<Connection>>);

impl IdleConnections {
    /// Takes the most recently used connection to the host of a URL that is still open.
    pub(crate) fn take(&self, uri: &Uri) -> Option<Connection> {
        let is_its = |idle: &Connection| {
            (idle.uri.scheme(), idle.uri.authority()) == (uri.scheme(), uri.authority())
        };
        loop {
            let mut connection = {
                let mut all = self.lock();
                let place = all.iter().rposition(is_its)?;
                all.remove(place)
            };
            if connection.until > Instant::now() && connection.transport.is_open() {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection, and drops those that have been idle for too long or are too many.
    pub(crate) fn keep(&self, mut connection: Connection) {
        let now = Instant::now();
        connection.until = now + MAX_AGE;
        let mut all = self.lock();
        all.push(connection);
        let too_many = all.len().saturating_sub(MAX_CONNECTIONS);
        let too_old = all.iter().take_while(|idle| idle.until <= now).count();
        all.drain(..too_many.max(too_old));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::tests::Scripted;

    const HOST: &str = "http://a:1/v4";

    fn taken(idle: &IdleConnections, uri: &'static str) -> Option<Uri> {
        Some(idle.take(&Uri::from_static(uri))?.uri)
    }

    #[test]
    fn the_last_one_of_the_same_host_comes_first() {
        let idle = IdleConnections::default();
        for uri in [
            "http://a:1/first",
            "http://a:1/last",
            "http://b:1",
            "https://a:1",
        ] {
            idle.keep(Scripted::new(&[]).connected_to(uri));
        }
        assert_eq!(taken(&idle, HOST).unwrap(), "http://a:1/last");
        assert_eq!(taken(&idle, HOST).unwrap(), "http://a:1/first");
        assert_eq!(taken(&idle, HOST), None);
        assert_eq!(taken(&idle, "https://a:1/v4").unwrap(), "https://a:1");
    }

    #[test]
    fn one_that_is_closed_or_too_old_is_passed_over() {
        let idle = IdleConnections::default();
        idle.keep(Scripted::new(&[]).connected_to("http://a:1/open"));
        let mut closed = Scripted::new(&[]);
        closed.is_open = false;
        idle.keep(closed.connected_to(HOST));
        idle.keep(Scripted::new(&[]).connected_to(HOST));
        idle.lock()[2].until = Instant::now();
        assert_eq!(taken(&idle, HOST).unwrap(), "http://a:1/open");
        assert_eq!(taken(&idle, HOST), None);
    }

    #[test]
    fn those_that_are_too_old_or_too_many_are_dropped() {
        let idle = IdleConnections::default();
        for _ in 0..MAX_CONNECTIONS + 2 {
            idle.keep(Scripted::new(&[]).connected_to(HOST));
        }
        assert_eq!(idle.lock().len(), MAX_CONNECTIONS);
        for old in &mut idle.lock()[..MAX_CONNECTIONS - 1] {
            old.until = Instant::now();
        }
        idle.keep(Scripted::new(&[]).connected_to(HOST));
        assert_eq!(idle.lock().len(), 2);
    }
}
