//! A row whose call may have been executed before is settled, whatever the service says now.

use std::time::Duration;

use topic_import_emulator::{Community, Emulator};

use crate::support::{GROUP, Place, Trial, json_row, lines, named_row, topic_id};

/// The work of these calls is done, and they are never answered.
const NEVER_ANSWERED: &str = "delay-60s@1-";

/// A journal whose only row was called when the process died.
fn journal_in_doubt<P: Place>(trial: &Trial, row: String) -> P {
    let file = P::new();
    let journal = trial.load(&file, &lines([row]));
    trial.run_and_die(&journal, trial.called());
    file.killed(journal)
}

pub(crate) fn a_row_whose_earlier_call_was_executed_is_existing<P: Place>() {
    let trial = Trial::with_faults(NEVER_ANSWERED);
    let file = journal_in_doubt::<P>(&trial, named_row("a"));
    trial.emulator.set_faults("".parse().unwrap());
    let resumed = trial.run(&file.open());
    assert_eq!(resumed.counts(), [("existing", 1)]);
    assert_eq!(trial.tries(["a"]), [2]);
}

pub(crate) fn a_row_whose_earlier_call_was_not_executed_is_imported<P: Place>() {
    let trial = Trial::new();
    let file = {
        let silent = Trial::with_faults(NEVER_ANSWERED);
        journal_in_doubt::<P>(&silent, named_row("a"))
    };
    let resumed = trial.run(&file.open());
    assert_eq!(resumed.counts(), [("imported", 1)]);
}

pub(crate) fn a_refusal_of_a_row_whose_earlier_call_was_executed_is_not_believed<P: Place>() {
    for code in [10004, 80001, 10037, 11000] {
        let trial = Trial::with_faults(NEVER_ANSWERED);
        let file = journal_in_doubt::<P>(&trial, named_row("a"));
        let refuse = format!("import_topic:code{code}@1-");
        trial.emulator.set_faults(refuse.parse().unwrap());
        let resumed = trial.run(&file.open());
        assert_eq!(resumed.counts(), [("existing", 1)], "{code}");
        assert!(resumed.failures.is_empty() && resumed.end.stopped.is_none());
    }
}

pub(crate) fn a_row_that_is_there_with_other_content_is_a_conflict_after_all<P: Place>() {
    let trial = Trial::new();
    trial.import(&lines([named_row("a")]));
    trial.emulator.set_faults(NEVER_ANSWERED.parse().unwrap());
    let other = json_row(&format!(
        r#""Introduction":"other","TopicId":"{}""#,
        topic_id("a")
    ));
    let calls = trial.calls();
    let file = P::new();
    let journal = trial.load(&file, &lines([other]));
    trial.run_and_die(&journal, trial.called_times(calls + 1));
    let file = file.killed(journal);
    let refuse = "import_topic:code10004@1-".parse().unwrap();
    trial.emulator.set_faults(refuse);
    let resumed = trial.run(&file.open());
    assert_eq!(resumed.counts(), [("conflict", 1)]);
}

pub(crate) fn a_row_that_ran_out_of_time_is_settled_by_the_next_invocation<P: Place>() {
    let mut trial = Trial::with_faults("lost@1-").giving_up_after(Duration::from_millis(300));
    let file = P::new();
    let ran = trial.run(&trial.load(&file, &lines([named_row("a"), named_row("b")])));
    assert_eq!(ran.counts(), [("pending", 2)]);
    assert_eq!(ran.end.summary.in_flight, 1);

    // The service is back, and refuses what it has done already.
    trial = trial.giving_up_after(Duration::from_mins(1));
    let refuse = "import_topic:code10004@1".parse().unwrap();
    trial.emulator.set_faults(refuse);
    let resumed = trial.run(&file.open());
    assert_eq!(resumed.counts(), [("imported", 1), ("existing", 1)]);
}

pub(crate) fn a_row_stays_in_doubt_until_the_service_decides<P: Place>() {
    let trial = Trial::with_faults(NEVER_ANSWERED).draining_for(Duration::from_millis(20));
    let file = journal_in_doubt::<P>(&trial, named_row("a"));
    for calls in [2, 3] {
        let stopped = trial.run_until(&file.open(), trial.called_times(calls));
        assert_eq!(stopped.end.summary.in_flight, 1);
    }
    // Stopped before a call leaves, it is still in flight: nothing has settled it.
    let stopped = trial.run_until(&file.open(), tokio::task::yield_now());
    assert_eq!(stopped.end.summary.in_flight, 1);
    assert_eq!(trial.calls(), 3);

    let refuse = "import_topic:code10004@1".parse().unwrap();
    trial.emulator.set_faults(refuse);
    assert_eq!(trial.run(&file.open()).counts(), [("existing", 1)]);
}

pub(crate) fn a_row_in_doubt_whose_group_is_blocked_is_held_and_settled_once_it_is_mended<
    P: Place,
>() {
    let trial = Trial::of(Emulator::builder().faults(NEVER_ANSWERED.parse().unwrap()));
    let file = P::new();
    let journal = trial.load(&file, &lines([named_row("a"), named_row("b")]));
    trial.run_and_die(&journal, trial.called());
    let file = file.killed(journal);
    trial.emulator.set_faults("".parse().unwrap());
    trial.emulator.set_community(GROUP, Community::Deleted);
    let held = trial.run(&file.open());
    assert_eq!(held.counts(), [("held", 2)]);
    trial.emulator.set_community(GROUP, Community::Normal);
    let mended = trial.run(&file.open());
    assert_eq!(mended.counts(), [("imported", 1), ("existing", 1)]);
}
