//! Rows that were held are taken up once what held them is mended.

use topic_import_bulk::calls::StopReason;
use topic_import_emulator::{Community, Emulator};

use crate::support::{GROUP, Place, Trial, lines, named_row, unnamed_row};

const GONE: &str = "@TGS#_gone";

pub(crate) fn rows_of_a_group_are_held_until_it_is_mended_and_others_are_not_called_again<
    P: Place,
>() {
    let builder = Emulator::builder().community(GONE, Community::WithoutTopics);
    let trial = Trial::of(builder).one_at_a_time();
    let of_gone = |row: String| row.replace(GROUP, GONE);
    let rows = [
        named_row("a"),
        of_gone(named_row("b")),
        of_gone(unnamed_row()),
        named_row("c"),
        of_gone(named_row("d")),
    ];
    let file = P::new();
    let ran = trial.run(&trial.load(&file, &lines(rows)));
    assert_eq!(ran.counts(), [("imported", 2), ("held", 3)]);
    assert_eq!(trial.calls(), 3);

    // One call finds that the group is still blocked.
    let again = trial.run(&file.open());
    assert_eq!(again.counts(), [("imported", 2), ("held", 3)]);
    assert_eq!(again.end.blocked_groups.len(), 1);
    assert_eq!(again.end.blocked_groups[0].rows, 2);
    assert_eq!(again.by_code(), [(11000, 1)]);
    assert_eq!(trial.calls(), 4);

    trial.emulator.set_community(GONE, Community::Normal);
    let mended = trial.run(&file.open());
    assert_eq!(mended.counts(), [("imported", 5)]);
    assert_eq!(mended.by_code(), []);
    assert!(mended.end.blocked_groups.is_empty());
    assert_eq!(trial.calls(), 7);
    assert_eq!(trial.tries(["a", "c"]), [1, 1]);
}

pub(crate) fn a_run_that_was_blocked_goes_on_where_it_was<P: Place>() {
    let trial = Trial::with_faults("code10058@3").one_at_a_time();
    let file = P::new();
    let ran = trial.run(&trial.load(&file, &lines((0..5).map(named_row))));
    assert_eq!(ran.counts(), [("imported", 2), ("held", 1), ("pending", 2)]);
    assert!(matches!(
        ran.end.stopped,
        Some(StopReason::EveryCallFails(_))
    ));

    let resumed = trial.run(&file.open());
    assert_eq!(resumed.counts(), [("imported", 5)]);
    assert_eq!(resumed.by_code(), []);
    assert_eq!(trial.tries(0..5), [1, 1, 2, 1, 1]);
}
