//! A service that goes away for longer than the run waits for it.

use std::time::Duration;

use topic_import_bulk::calls::StopReason;
use topic_import_emulator::Emulator;

use crate::support::{Trial, lines, named_row};

#[test]
fn rows_in_flight_when_the_service_went_away_are_taken_up_again() {
    let builder = Emulator::builder()
        .latency(Duration::from_millis(100))
        .faults("http502@200-".parse().unwrap());
    let trial = Trial::of(builder).giving_up_after(Duration::from_secs(3));
    let rows = lines((0..400).map(named_row));
    let ran = trial.import(&rows);
    let summary = &ran.end.summary;
    assert!(matches!(ran.end.stopped, Some(StopReason::GaveUp(_))));
    assert_eq!(
        summary.imported + summary.existing + summary.pending,
        400,
        "{summary:?}"
    );
    assert!(ran.failures.is_empty());
}
