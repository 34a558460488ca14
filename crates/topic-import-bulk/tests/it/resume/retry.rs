//! Rows that have an outcome are tried again where that is asked for.

use topic_import_bulk::Retry;

use crate::support::{Place, Trial, json_row, lines, named_row, topic_id, unnamed_row};

fn retrying(mut trial: Trial, retry: &[Retry]) -> Trial {
    trial.settings.retry = retry.to_vec();
    trial
}

pub(crate) fn rejected_rows_are_called_again_and_invalid_ones_are_not<P: Place>() {
    let trial = Trial::with_faults("code10004@2").one_at_a_time();
    let file = P::new();
    let rows = [named_row("a"), named_row("b"), "{}".into(), named_row("a")];
    let ran = trial.run(&trial.load(&file, &lines(rows)));
    assert_eq!(ran.counts(), [("imported", 1), ("rejected", 3)]);
    assert_eq!(ran.by_code(), [(10004, 1)]);

    let trial = retrying(trial, &[Retry::Rejected]);
    let again = trial.run(&file.open());
    assert_eq!(again.counts(), [("imported", 2), ("rejected", 2)]);
    assert_eq!(again.by_code(), []);
    assert_eq!(trial.tries(["a", "b"]), [1, 2]);
}

pub(crate) fn a_row_that_is_rejected_again_has_its_new_code<P: Place>() {
    let trial = Trial::with_faults("code10004@1,code80001@2-").one_at_a_time();
    let file = P::new();
    let journal = trial.load(&file, &lines([named_row("a")]));
    assert_eq!(trial.run(&journal).by_code(), [(10004, 1)]);
    let trial = retrying(trial, &[Retry::Rejected]);
    let again = trial.run(&journal);
    assert_eq!(again.counts(), [("rejected", 1)]);
    assert_eq!(again.by_code(), [(80001, 1)]);
    assert_eq!(again.failures.len(), 1);
}

pub(crate) fn a_conflict_is_settled_anew<P: Place>() {
    let here = Trial::new();
    let row = |introduction: &str| {
        json_row(&format!(
            r#""Introduction":"{introduction}","TopicId":"{}""#,
            topic_id("a")
        ))
    };
    here.import(&lines([row("old")]));
    let file = P::new();
    let ran = here.run(&here.load(&file, &lines([row("new")])));
    assert_eq!(ran.counts(), [("conflict", 1)]);

    let here = retrying(here, &[Retry::Conflict]);
    let again = here.run(&file.open());
    assert_eq!(again.counts(), [("conflict", 1)]);
    assert_eq!(again.by_code(), [(10021, 1)]);
    assert_eq!(here.tries(["a"]), [3]);

    // Where the ID is free again, the topic is imported.
    let emptied = retrying(Trial::new(), &[Retry::Conflict]);
    let free = emptied.run(&file.open());
    assert_eq!(free.counts(), [("imported", 1)]);
    assert_eq!(free.by_code(), []);
}

pub(crate) fn an_unknown_row_is_called_again_at_the_price_of_a_second_topic<P: Place>() {
    let trial = Trial::with_faults("lost@2").one_at_a_time();
    let file = P::new();
    let rows = [unnamed_row(), unnamed_row(), unnamed_row()];
    let ran = trial.run(&trial.load(&file, &lines(rows)));
    assert_eq!(ran.counts(), [("imported", 2), ("unknown", 1)]);
    for retry in [&[][..], &[Retry::Rejected, Retry::Conflict]] {
        let ran = retrying(Trial::new(), retry).run(&file.open());
        assert_eq!(ran.counts(), [("imported", 2), ("unknown", 1)]);
        assert_eq!(ran.end.summary.calls, 0);
    }

    let trial = retrying(trial, &[Retry::Unknown]);
    let again = trial.run(&file.open());
    assert_eq!(again.counts(), [("imported", 3)]);
    assert_eq!(trial.calls(), 4);
    assert_eq!(trial.emulator.state().topics_len(), 4);
}

pub(crate) fn rows_that_were_to_be_tried_again_when_the_run_stopped_are_pending<P: Place>() {
    let trial = Trial::with_faults("code10004@1-2").one_at_a_time();
    let file = P::new();
    let ran = trial.run(&trial.load(&file, &lines([named_row("a"), named_row("b")])));
    assert_eq!(ran.counts(), [("rejected", 2)]);
    let trial = retrying(trial, &[Retry::Rejected]);
    let stopped = trial.run_until(&file.open(), tokio::task::yield_now());
    assert_eq!(
        stopped.end.summary.rejected + stopped.end.summary.pending,
        2
    );
    assert_eq!(stopped.end.summary.calls, 0);

    let resumed = trial.run(&file.open());
    assert_eq!(resumed.counts(), [("imported", 2)]);
    assert_eq!(trial.tries(["a", "b"]), [2, 2]);
}

pub(crate) fn a_retry_that_is_stopped_puts_rows_back_where_they_were<P: Place>() {
    let trial = Trial::with_faults("lost@1-20").one_at_a_time();
    let file = P::new();
    let journal = trial.load(&file, &lines((0..3).map(|_| unnamed_row())));
    for unknown in 1..=3 {
        let ran = trial.run(&journal);
        assert_eq!(ran.end.summary.unknown, unknown);
    }
    drop(journal);
    let trial = retrying(Trial::with_faults("delay-60s@1-"), &[Retry::Unknown])
        .one_at_a_time()
        .draining_for(std::time::Duration::ZERO);
    let stopped = trial.run_until(&file.open(), trial.called());
    assert_eq!(stopped.counts(), [("unknown", 3)]);
    let resumed = Trial::new().run(&file.open());
    assert_eq!(resumed.counts(), [("unknown", 3)]);
    assert_eq!(resumed.end.summary.calls, 0);
}

pub(crate) fn a_refusal_of_an_unknown_row_with_an_id_is_believed_once_the_topic_was_read_back<
    P: Place,
>() {
    let trial = Trial::with_faults("lost@1,import_topic:code80001@2-,get_topic:code10004@1-");
    let file = P::new();
    let ran = trial.run(&trial.load(&file, &lines([named_row("a")])));
    assert_eq!(ran.counts(), [("unknown", 1)]);

    let trial = retrying(trial, &[Retry::Unknown]);
    trial
        .emulator
        .set_faults("import_topic:code80001@1-".parse().unwrap());
    let again = trial.run(&file.open());
    assert_eq!(again.counts(), [("existing", 1)]);
}
