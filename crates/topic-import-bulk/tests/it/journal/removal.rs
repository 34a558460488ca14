//! A run of which the service has accepted nothing can be removed, and no other one.

use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{Journal, Role};

use super::kept::{Kept, invalid, record, sound};
use crate::support::{GROUP, claim, wait};

pub(crate) fn a_run_of_which_nothing_was_accepted_is_removed<K: Kept>() {
    use Outcome::{Conflict, Held, Pending, Rejected};
    for before in [
        None,
        Some(Rejected),
        Some(Conflict),
        Some(Held),
        Some(Pending),
    ] {
        let kept = K::of(&[sound(1, GROUP), invalid(2)]);
        wait(async {
            let journal = kept.open().await;
            if let Some(outcome) = before {
                journal.begin(Role::Import(&[])).await.unwrap();
                claim(&journal, 1).await;
                record(&journal, &[1], outcome).await;
                journal.leave().await.unwrap();
            }
            assert!(journal.remove_untouched().await.unwrap(), "{before:?}");
        });
    }
}

pub(crate) fn a_run_of_which_anything_was_or_may_have_been_accepted_stays<K: Kept>() {
    use Outcome::{Destroyed, Existing, Imported, InFlight, Unknown};
    for outcome in [Imported, Existing, Destroyed, Unknown, InFlight] {
        let mut kept = K::of(&[sound(1, GROUP), sound(2, GROUP)]);
        wait(async {
            let journal = kept.open().await;
            journal.begin(Role::Import(&[])).await.unwrap();
            claim(&journal, 1).await;
            if outcome != InFlight {
                record(&journal, &[1], outcome).await;
            }
            // What a dead process has left open may have been accepted.
            let journal = kept.killed(journal).await;
            assert!(!journal.remove_untouched().await.unwrap(), "{outcome:?}");
            journal.begin(Role::Import(&[])).await.unwrap();
            let summary = journal.summary().await.unwrap();
            assert!(summary.rows == 2 && !summary.is_untouched());
        });
    }
}
