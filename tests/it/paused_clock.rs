//! Under a clock of tokio's that a service's own tests have paused, the async client waits by that clock alone.

use std::future::Future;
use std::num::NonZeroU32;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::time::Instant;
use topic_import_async::{Client, LocalQuota, Quota, Waiting};
use topic_import_core::{CallEvent, Command, ImportTopic, Operation as _, Rate};

use crate::outcome::{Outcome, Why};
use crate::stage::{Over, Stage};
use crate::topic::topic;

/// How long it took by the paused clock.
fn paused<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let begun = Instant::now();
        (work.await, begun.elapsed())
    })
}

/// How a call ended, and how many attempts left.
async fn import(client: &Client) -> (Outcome, usize) {
    let mut left = 0;
    let call = client.call(topic("Welcome", true));
    let ended = client.run(call, |event| {
        left += usize::from(matches!(event, CallEvent::Leaving(_)));
        ControlFlow::Continue(())
    });
    let outcome = Outcome::of(&ended.await);
    (outcome, left)
}

#[test]
fn slots_come_at_the_quotas_rate() {
    let per_second = NonZeroU32::new(10).unwrap();
    let ((), took) = paused(async {
        let quota = LocalQuota::new(Rate::PerSecond(per_second));
        for _ in 0..=20 {
            quota.slot(ImportTopic::COMMAND).await.unwrap();
        }
    });
    let expected = Duration::from_secs(2)..Duration::from_millis(2_100);
    assert!(expected.contains(&took), "{took:?}");
}

#[test]
fn waits_and_the_deadline_go_by_the_same_clock() {
    let standing = Stage::Refused.set_up(Over::PlainHttp);
    let settings = standing.settings().with_deadline(Duration::from_secs(30));
    let client = Client::new(&settings).unwrap();
    let ((outcome, left), took) = paused(import(&client));
    // Where the operating system takes its time to refuse, the clock runs on, and connecting took too long.
    let is_not_sent = matches!(outcome, Outcome::NotExecuted(Why::NotSent(_)));
    assert!(is_not_sent, "{outcome:?}");
    // 100 ms doubled up to 5 s, and half of each drawn, leave room for no more.
    assert!((5..=20).contains(&left), "{left} attempts");
    assert!(took <= Duration::from_secs(31), "{took:?}");
}

/// Grants so many slots.
#[derive(Debug)]
struct Granting(AtomicUsize);

impl Quota for Granting {
    fn slot(&self, _: Command) -> Waiting<'_> {
        let left = self.0.load(Ordering::SeqCst);
        self.0.store(left.saturating_sub(1), Ordering::SeqCst);
        Box::pin(async move {
            match left {
                0 => std::future::pending().await,
                _ => Ok(()),
            }
        })
    }

    fn throttled(&self, _: Command) {}
}

#[test]
fn no_attempt_leaves_without_its_slot() {
    for slots in [1, 3] {
        let standing = Stage::Refused.set_up(Over::PlainHttp);
        let quota = Arc::new(Granting(AtomicUsize::new(slots)));
        let settings = standing.settings().with_deadline(Duration::from_secs(30));
        let client = Client::with_quota(&settings, quota).unwrap();
        let ((outcome, left), took) = paused(import(&client));
        let is_not_sent = matches!(outcome, Outcome::NotExecuted(Why::NotSent(_)));
        assert!(is_not_sent, "{outcome:?}");
        assert_eq!(left, slots);
        assert!(took <= Duration::from_secs(31), "{took:?}");
    }
}
