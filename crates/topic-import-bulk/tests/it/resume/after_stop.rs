//! A run that was stopped politely.

use std::time::Duration;

use topic_import_bulk::calls::StopReason;
use topic_import_emulator::Emulator;

use crate::support::{Place, Ran, Trial, lines, named_row, unnamed_row};

const ROWS: u64 = 60;

/// Calls take so long that a stop finds some of them on their way.
fn trial() -> Trial {
    Trial::of(Emulator::builder().latency(Duration::from_millis(5)))
}

fn is_interrupted(ran: &Ran) -> bool {
    matches!(ran.end.stopped, Some(StopReason::Interrupted))
}

pub(crate) fn every_row_is_called_once_wherever_the_run_was_stopped<P: Place>() {
    for calls in [0, 1, 2, 7, 30, ROWS - 1] {
        let trial = trial();
        let file = P::new();
        let journal = trial.load(&file, &lines((0..ROWS).map(named_row)));
        let stopped = trial.run_until(&journal, trial.called_times(calls));
        drop(journal);
        let left = stopped.end.summary.pending;
        assert_eq!(stopped.end.summary.in_flight, 0, "{calls}");
        assert_eq!(stopped.end.summary.imported + left, ROWS, "{calls}");
        assert!(stopped.end.summary.imported >= calls, "{calls}");
        assert_eq!(is_interrupted(&stopped), left > 0, "{calls}");

        let resumed = trial.run(&file.open());
        assert_eq!(resumed.counts(), [("imported", ROWS)], "{calls}");
        assert_eq!(resumed.end.summary.calls, left, "{calls}");
        assert_eq!(trial.tries(0..ROWS), vec![1; 60], "{calls}");
    }
}

pub(crate) fn a_run_that_is_stopped_again_and_again_comes_to_its_end<P: Place>() {
    let trial = trial().one_at_a_time();
    let file = P::new();
    drop(trial.load(&file, &lines((0..ROWS).map(|_| unnamed_row()))));
    let mut invocations = 0;
    loop {
        let seven_more = trial.called_times(trial.calls() + 7);
        let ran = trial.run_until(&file.open(), seven_more);
        invocations += 1;
        if ran.end.stopped.is_none() {
            assert_eq!(ran.counts(), [("imported", ROWS)]);
            break;
        }
        assert!(is_interrupted(&ran));
        assert_eq!(
            ran.counts(),
            [
                ("imported", trial.calls()),
                ("pending", ROWS - trial.calls())
            ]
        );
    }
    assert!(invocations > 5, "{invocations}");
    assert_eq!(trial.calls(), ROWS);
    assert_eq!(trial.emulator.state().topics_len(), 60);
}

pub(crate) fn a_run_that_has_come_to_its_end_calls_nothing_again<P: Place>() {
    let trial = Trial::with_faults("code10004@2,lost@4").one_at_a_time();
    let file = P::new();
    let rows = [
        named_row("a"),
        named_row("b"),
        "{".into(),
        named_row("c"),
        unnamed_row(),
    ];
    let expected = [("imported", 2), ("rejected", 2), ("unknown", 1)];
    let ran = trial.run(&trial.load(&file, &lines(rows)));
    assert_eq!(ran.counts(), expected);
    for _ in 0..2 {
        let again = trial.run(&file.open());
        assert_eq!(again.counts(), expected);
        assert_eq!(again.end.summary.calls, 0);
        assert!(again.failures.is_empty(), "{:?}", again.failures);
        assert!(again.end.stopped.is_none() && !again.end.may_have_sent);
    }
    assert_eq!(trial.calls(), 4);
}
