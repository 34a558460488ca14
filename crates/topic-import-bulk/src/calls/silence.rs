//! When the service has answered, and what follows for calls that it did not answer. Nothing here reads a clock: every
//! moment is passed in, as time since the work began.

use std::time::Duration;

use topic_import_core::{CallError, Failure};

/// How long the service has for its first answer.
pub(crate) const FIRST_ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// When the service has answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answers {
    /// The times of the first and the last answer.
    span: Option<(Duration, Duration)>,
}

impl Answers {
    pub(super) fn note(&mut self, now: Duration) {
        let (first, last) = self.span.unwrap_or((now, now));
        self.span = Some((first, last.max(now)));
    }

    #[cfg(test)]
    pub(crate) fn at(moments: impl IntoIterator<Item = Duration>) -> Self {
        let mut answers = Self::default();
        for moment in moments {
            answers.note(moment);
        }
        answers
    }

    /// Whether the service has answered at all.
    pub(crate) const fn are_some(self) -> bool {
        self.span.is_some()
    }

    /// How long a call that begins now is tried.
    pub(super) fn time_for_a_call(self, give_up_after: Duration) -> Duration {
        match self.span {
            Some(_) => give_up_after,
            None => give_up_after.min(FIRST_ANSWER_WITHIN),
        }
    }

    /// Whether the first answer came after this moment.
    fn began_after(self, moment: Duration) -> bool {
        self.span.is_some_and(|(first, _)| first > moment)
    }

    /// Whether no answer came after this moment.
    pub(crate) fn ended_by(self, moment: Duration) -> bool {
        self.span.is_none_or(|(_, last)| last <= moment)
    }

    /// Whether no answer came in the second half of the time of a call that began then. Answers in the first half do
    /// not count: other calls may have received them just before the service went silent.
    pub(crate) fn ended_early_in(self, began: Duration, give_up_after: Duration) -> bool {
        self.ended_by(began + give_up_after / 2)
    }
}

/// Whether a call ran out of the short time that it had until the service's first answer, and that answer has come
/// since the call began.
pub(crate) fn deserves_more_time(error: &CallError, began: Duration, answers: Answers) -> bool {
    error.ran_out_of_time() && answers.began_after(began)
}

/// Whether the call was withdrawn before an attempt was sent, because the work stops or the lease of its row has ended.
pub(crate) fn is_withdrawn(error: &CallError) -> bool {
    matches!(error.failure(), Some(Failure::Withdrawn))
}

#[cfg(test)]
mod tests {
    use topic_import_core::{TransportError, TransportErrorKind};

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn answers(seconds: &[u64]) -> Answers {
        Answers::at(seconds.iter().map(|second| at(*second)))
    }

    fn no_connection() -> CallError {
        let error = TransportError::new(TransportErrorKind::Connect, "planted");
        CallError::NotExecuted(Failure::NotSent(error))
    }

    #[test]
    fn a_first_answer_has_little_time_and_less_where_less_is_allowed() {
        let none = Answers::default();
        assert_eq!(none.time_for_a_call(HOUR), FIRST_ANSWER_WITHIN);
        assert_eq!(none.time_for_a_call(at(3)), at(3));
        assert_eq!(answers(&[1]).time_for_a_call(HOUR), HOUR);
    }

    #[test]
    fn a_call_deserves_more_time_only_if_the_first_answer_came_while_it_was_tried() {
        for (answered, deserves) in [
            (&[][..], false),
            (&[5][..], false),
            (&[5, 20][..], false),
            (&[10][..], false),
            (&[11][..], true),
            (&[11, 20][..], true),
        ] {
            let answers = answers(answered);
            let more = deserves_more_time(&no_connection(), at(10), answers);
            assert_eq!(more, deserves, "{answered:?}");
            // A withdrawn call did not run out of time.
            let withdrawn = CallError::NotExecuted(Failure::Withdrawn);
            assert!(!deserves_more_time(&withdrawn, at(10), answers));
        }
    }

    #[test]
    fn silence_is_measured_from_the_last_answer() {
        assert!(Answers::default().ended_by(at(0)));
        let answers = answers(&[3, 7]);
        assert!(!answers.ended_by(at(6)) && answers.ended_by(at(7)));
        assert!(!answers.ended_early_in(at(4), at(4)));
        assert!(answers.ended_early_in(at(4), at(6)));
    }
}
