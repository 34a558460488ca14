//! Decides, from how a call has failed, what becomes of its row, of the row's group and of the run. Does no I/O.

use std::time::Duration;

use topic_import_core::{CallError, Escalation, Refusal, Scope};

use crate::calls::{Answers, deserves_more_time, is_withdrawn};
use crate::outcome::Outcome;

/// The run gives up after this many unknown rows in succession without an answer in between. If it continued, the whole
/// input could end as unknown.
const MOST_UNKNOWN: u64 = 16;

/// What the decision depends on besides the failure itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Situation {
    /// When the call began, as time since the import began.
    pub(super) began: Duration,
    pub(super) answers: Answers,
    pub(super) give_up_after: Duration,
    pub(super) is_stopping: bool,
    /// How many rows before this one ended as unknown since the service last answered.
    pub(super) unknown_in_turn: u64,
}

/// What becomes of a row whose call has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The row waits, because its lease has ended and has to be renewed first.
    PutBack,
    /// The call had only the short time until the service's first answer, and that answer has come since.
    CallAgain,
    /// The row gets an outcome.
    Over(Fate),
}

/// What follows from a row's failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fate {
    pub(super) outcome: Outcome,
    /// Which rows the failure puts on hold, in every process that works on the journal.
    pub(super) holds: Option<Held>,
    /// Whether the row itself is reported; if not, its failure is the reason why the run stops.
    pub(super) is_reported: bool,
    /// Whether the outcome is unknown and the service has not answered since the call began.
    pub(super) was_silent: bool,
    pub(super) run: RunFate,
}

/// Which rows a failure puts on hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    Group,
    Run,
}

/// What becomes of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RunFate {
    GoesOn,
    /// The run stops because every other call would fail, too.
    EveryCallFails,
    /// The run stops because the service does not answer.
    GivesUp,
}

/// Decides what follows from a failure with this scope.
pub(super) fn decide(error: &CallError, scope: Scope, situation: Situation) -> Decision {
    let Situation { began, answers, .. } = situation;
    if is_withdrawn(error) && !situation.is_stopping {
        return Decision::PutBack;
    }
    if deserves_more_time(error, began, answers) {
        return Decision::CallAgain;
    }
    let outcome = outcome(error, scope, situation);
    let was_silent = outcome == Outcome::Unknown && answers.ended_by(began);
    let are_too_many_unknown =
        was_silent && (!answers.are_some() || situation.unknown_in_turn + 1 >= MOST_UNKNOWN);
    let (is_reported, run) = match scope {
        // Continuing the run later does not settle an unknown row, so it is reported now.
        Scope::All => (outcome == Outcome::Unknown, RunFate::EveryCallFails),
        scope if scope < Scope::Group && outcome.is_open() => (false, RunFate::GivesUp),
        _ if are_too_many_unknown => (true, RunFate::GivesUp),
        _ => (true, RunFate::GoesOn),
    };
    // A failure of this process's own network or credentials does not affect the other processes.
    let is_of_the_app = error.code().is_some_and(|code| !code.blames_caller());
    let holds = match scope {
        Scope::Group => Some(Held::Group),
        Scope::All if is_of_the_app => Some(Held::Run),
        _ => None,
    };
    Decision::Over(Fate {
        outcome,
        holds,
        is_reported,
        was_silent,
        run,
    })
}

fn outcome(error: &CallError, scope: Scope, situation: Situation) -> Outcome {
    let Situation {
        began,
        answers,
        give_up_after,
        ..
    } = situation;
    let passes = scope == Scope::Nothing || answers.ended_early_in(began, give_up_after);
    let in_doubt = error.maybe_executed();
    match error {
        _ if scope >= Scope::Group && !in_doubt => Outcome::Held,
        _ if scope >= Scope::Group && error.is_repeatable() => Outcome::InFlight,
        CallError::Rejected(refusal) if !is_verdict(refusal) => Outcome::Held,
        CallError::Rejected(_) => Outcome::Rejected,
        CallError::Conflict(_) => Outcome::Conflict,
        _ if is_withdrawn(error) || (error.ran_out_of_time() && passes) => {
            if in_doubt {
                Outcome::InFlight
            } else {
                Outcome::Pending
            }
        }
        CallError::NotExecuted(_) => Outcome::Rejected,
        _ => Outcome::Unknown,
    }
}

/// Whether a refusal says anything about the row itself.
fn is_verdict(refusal: &Refusal) -> bool {
    !matches!(refusal.escalation(), Escalation::RowsInTurn(_))
}

#[cfg(test)]
mod tests {
    use topic_import_core::{
        Answer, Failure, ImportTopic, Operation as _, Settled, TopicDraft, TransportError,
        TransportErrorKind,
    };

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn topic() -> ImportTopic {
        let draft = TopicDraft::new("@TGS#_g", "a").own_id("a");
        draft.validate().unwrap()
    }

    fn refusal(code: i64) -> Refusal {
        let operation = topic();
        let body = format!(r#"{{"ErrorCode":{code},"ErrorInfo":"said so"}}"#);
        match operation.read(body.as_bytes()).unwrap() {
            Answer::Refused(refusal) => refusal,
            Answer::Done(done) => panic!("{done:?}"),
        }
    }

    fn rejected(code: i64) -> CallError {
        CallError::Rejected(refusal(code))
    }

    fn not_executed(code: i64) -> CallError {
        CallError::NotExecuted(Failure::Refused(refusal(code)))
    }

    /// The ID is taken by a topic with another name.
    fn conflict() -> CallError {
        let topic = topic();
        let body = r#"{"ErrorCode":0,"TopicAndSelfInfo":[{"ErrorCode":0,"TopicInfo":
            {"TopicId":"@TGS#_g@TOPIC#_a","TopicName":"b"}}]}"#;
        let read = topic.read_back().unwrap().read(body.as_bytes());
        let Answer::Done(found) = read.unwrap() else {
            panic!("it is shown");
        };
        match topic.settle(&found) {
            Settled::Conflict(conflict) => CallError::Conflict(conflict),
            other => panic!("{other:?}"),
        }
    }

    fn no_connection() -> Failure {
        let kind = TransportErrorKind::Connect;
        Failure::NotSent(TransportError::new(kind, "planted"))
    }

    fn lost_answer() -> Failure {
        let kind = TransportErrorKind::AnswerTimeout;
        Failure::MaybeSent(TransportError::new(kind, "planted"))
    }

    fn in_doubt(failure: Failure, asking_again_settles: bool) -> CallError {
        CallError::OutcomeUnknown {
            failure,
            asking_again_settles,
        }
    }

    /// A call that began after ten minutes, with answers at these minutes.
    fn answered(minutes: &[u64]) -> Situation {
        let minute = |minute: u64| Duration::from_secs(60 * minute);
        Situation {
            began: minute(10),
            answers: Answers::at(minutes.iter().map(|number| minute(*number))),
            give_up_after: HOUR,
            is_stopping: false,
            unknown_in_turn: 0,
        }
    }

    fn decided(error: &CallError, situation: Situation) -> Decision {
        decide(error, error.scope(), situation)
    }

    fn over(outcome: Outcome, holds: Option<Held>, is_reported: bool, run: RunFate) -> Decision {
        Decision::Over(Fate {
            outcome,
            holds,
            is_reported,
            was_silent: false,
            run,
        })
    }

    #[test]
    fn every_end_of_a_call_has_its_fate() {
        use Outcome::{Conflict, Held as HeldRow, InFlight, Pending, Rejected, Unknown};
        use RunFate::{EveryCallFails, GivesUp, GoesOn};
        let [silent, busy] = [answered(&[1]), answered(&[1, 69])];
        for (what, error, situation, decision) in [
            // Refusals about the row, its group, the app, this process's own setup, and nothing in particular.
            (
                "a bad row",
                rejected(10004),
                busy,
                over(Rejected, None, true, GoesOn),
            ),
            (
                "a full group",
                rejected(10037),
                busy,
                over(HeldRow, Some(Held::Group), true, GoesOn),
            ),
            (
                "an app that may not import",
                rejected(10026),
                busy,
                over(HeldRow, Some(Held::Run), false, EveryCallFails),
            ),
            (
                "an expired signature",
                not_executed(70001),
                busy,
                over(HeldRow, None, false, EveryCallFails),
            ),
            (
                "an unknown code",
                rejected(60999),
                busy,
                over(HeldRow, None, true, GoesOn),
            ),
            // The call ran out of time.
            (
                "no connection",
                CallError::NotExecuted(no_connection()),
                silent,
                over(Pending, None, false, GivesUp),
            ),
            (
                "no connection for this one",
                CallError::NotExecuted(no_connection()),
                busy,
                over(Pending, None, false, GivesUp),
            ),
            (
                "lost answers",
                in_doubt(lost_answer(), true),
                silent,
                over(InFlight, None, false, GivesUp),
            ),
            // The service answered other calls meanwhile, so the fault lies with this row.
            (
                "lost answers of this one",
                in_doubt(lost_answer(), true),
                busy,
                over(Unknown, None, true, GoesOn),
            ),
            (
                "an answer that is not the service's",
                in_doubt(Failure::Status { status: 403 }, true),
                busy,
                over(InFlight, None, false, EveryCallFails),
            ),
            (
                "an answer that is not the service's, without a TopicId",
                in_doubt(Failure::Status { status: 403 }, false),
                busy,
                over(Unknown, None, true, EveryCallFails),
            ),
            // After a lost answer, the group refuses: its other rows wait, and other groups go on.
            (
                "lost answers and then a full group",
                in_doubt(Failure::Refused(refusal(10037)), true),
                busy,
                over(InFlight, Some(Held::Group), true, GoesOn),
            ),
            (
                "an ID with other content",
                conflict(),
                busy,
                over(Conflict, None, true, GoesOn),
            ),
            (
                "a used-up ID",
                CallError::NotExecuted(Failure::IdUsedUp),
                busy,
                over(Rejected, None, true, GoesOn),
            ),
        ] {
            assert_eq!(decided(&error, situation), decision, "{what}");
        }
    }

    #[test]
    fn a_row_without_an_outcome_in_a_silence_ends_the_run_at_the_first_or_the_sixteenth() {
        let error = in_doubt(lost_answer(), false);
        for (answers, unknown_in_turn, run) in [
            (&[][..], 0, RunFate::GivesUp),
            (&[1][..], 0, RunFate::GoesOn),
            (&[1][..], 14, RunFate::GoesOn),
            (&[1][..], 15, RunFate::GivesUp),
        ] {
            let situation = Situation {
                unknown_in_turn,
                ..answered(answers)
            };
            let fate = Fate {
                outcome: Outcome::Unknown,
                holds: None,
                is_reported: true,
                was_silent: true,
                run,
            };
            assert_eq!(decided(&error, situation), Decision::Over(fate));
        }
        let busy = Situation {
            unknown_in_turn: 15,
            ..answered(&[1, 69])
        };
        let goes_on = over(Outcome::Unknown, None, true, RunFate::GoesOn);
        assert_eq!(decided(&error, busy), goes_on);
    }

    #[test]
    fn a_call_that_had_only_the_time_of_a_first_answer_is_made_again() {
        let error = CallError::NotExecuted(no_connection());
        assert_eq!(decided(&error, answered(&[11])), Decision::CallAgain);
        assert_ne!(decided(&error, answered(&[9, 11])), Decision::CallAgain);
    }

    #[test]
    fn a_call_that_was_taken_back_waits_for_a_lease_or_ends_with_the_run() {
        let stopping = Situation {
            is_stopping: true,
            ..answered(&[1])
        };
        for (error, outcome) in [
            (CallError::NotExecuted(Failure::Withdrawn), Outcome::Pending),
            (in_doubt(Failure::Withdrawn, true), Outcome::InFlight),
            (in_doubt(Failure::Withdrawn, false), Outcome::InFlight),
        ] {
            assert_eq!(decided(&error, answered(&[1])), Decision::PutBack);
            let given_up = over(outcome, None, false, RunFate::GivesUp);
            assert_eq!(decided(&error, stopping), given_up);
        }
    }

    #[test]
    fn a_failure_that_is_met_again_and_again_reaches_further_than_by_itself() {
        let every_call_fails = over(
            Outcome::Held,
            Some(Held::Run),
            false,
            RunFate::EveryCallFails,
        );
        let full = rejected(10037);
        assert_eq!(decide(&full, Scope::All, answered(&[1])), every_call_fails);
    }
}
