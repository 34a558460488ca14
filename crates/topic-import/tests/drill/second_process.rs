//! A second process is started on a journal that another one works on.

use std::time::Duration;

use fastrand::Rng;
use topic_import_emulator::Emulator;

use crate::migration::Migration;
use crate::rows;
use crate::settlement::Settlement;

#[test]
fn one_process_at_a_time_works_on_a_journal() {
    // One row is on its way until the service has answered once.
    let answers_late = "delay-2s@1".parse().unwrap();
    let emulator = Emulator::builder()
        .quota(None)
        .latency(Duration::from_millis(5))
        .faults(answers_late)
        .start()
        .unwrap();
    let rows = rows::mixed(100, &mut Rng::with_seed(1));
    let migration = Migration::new(rows, &emulator.origin()).arguments(&["--rate", "0"]);

    let mut first = migration.start();
    let state = emulator.state();
    first.runs_until("a call has come", || state.calls_len() == 1);
    // While it is stopped, whatever comes is the second one's.
    first.signal("STOP");
    let second = migration.finish(1);
    assert_eq!(
        second.stderr,
        format!(
            "topic-import: another process is working on the journal {}.\nWait until it has ended, or stop it.\n",
            migration.journal_path().display()
        )
    );
    assert_eq!(state.calls_len(), 1);

    first.signal("CONT");
    first.end().assert_status(0);
    let settlement = Settlement::of(&migration, &state);
    settlement.assert_clean();
    assert_eq!(settlement.topics, 100);
}
