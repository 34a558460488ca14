//! Describes the progress of a run at one moment.

use std::fmt::Write as _;
use std::time::Duration;

use topic_import_bulk::calls::Snapshot;

use super::work::Work;
use crate::show::text::{self, number};
use crate::show::time::duration;

/// What is shown about a run at one moment.
pub(super) struct View {
    /// How much of the work is done.
    pub(super) extent: String,
    /// How fast it is going.
    pub(super) pace: String,
    /// The outcomes of the rows so far, if there are any.
    pub(super) outcomes: Option<String>,
    /// Why calls are sent more slowly, if they are.
    pub(super) slow: Option<String>,
    /// What currently keeps calls from succeeding, if anything does.
    pub(super) trouble: Option<String>,
}

/// The data for a view.
pub(super) struct Moment<'a> {
    pub(super) now: &'a Snapshot,
    pub(super) done: u64,
    /// How many of these were done by other workers meanwhile.
    pub(super) done_elsewhere: u64,
    pub(super) work: &'a Work,
    pub(super) calls_per_second: Option<f64>,
    pub(super) time_left: Option<Duration>,
}

impl View {
    pub(super) fn of(moment: &Moment<'_>) -> Self {
        let Moment {
            now, done, work, ..
        } = moment;
        let total = work.total;
        let percent = (u128::from(*done) * 100)
            .checked_div(u128::from(total))
            .unwrap_or(100);
        let left = match moment.time_left {
            Some(time) if *done < total => format!(", {} left", duration(time)),
            _ => String::new(),
        };
        let so_far = text::part(*done, total, work.thing);
        let mut extent = format!("{so_far}, {percent}%{left}");
        for (things, when) in [
            (work.done_before, "before"),
            (moment.done_elsewhere, "elsewhere"),
        ] {
            if things > 0 {
                write!(extent, ", {} of them {when}", number(things)).ok();
            }
        }
        let mut pace: Vec<String> = rate(moment).into_iter().collect();
        pace.push(format!("{} in flight", now.in_flight));
        if now.repeated > 0 {
            pace.push(format!("{} repeated", now.repeated));
        }
        let mut outcomes: Vec<String> = now
            .outcomes
            .iter()
            .map(|(outcome, rows)| format!("{} {}", number(*rows), outcome.name()))
            .collect();
        if outcomes.is_empty() && now.failed > 0 {
            outcomes.push(format!("{} {}", now.failed, work.failed));
        }
        let trouble = now.last_trouble.as_deref().filter(|_| now.troubled > 0);
        Self {
            extent,
            pace: pace.join(", "),
            outcomes: (!outcomes.is_empty()).then(|| outcomes.join(", ")),
            slow: slow(moment),
            trouble: trouble.map(|trouble| format!("trouble: {}", text::one_line(trouble))),
        }
    }

    /// The whole view in one line.
    pub(super) fn line(self) -> String {
        let parts = [
            Some(self.extent),
            Some(self.pace),
            self.outcomes,
            self.slow,
            self.trouble,
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

/// Says so while the service has found calls too frequent, and how many it gets because of that.
fn slow(moment: &Moment<'_>) -> Option<String> {
    let code = moment.now.slowed_by?;
    let rate = moment.calls_per_second.map_or_else(String::new, |rate| {
        format!("; slowed to {rate:.0} a second")
    });
    Some(format!("{code}: calls are refused as too frequent{rate}"))
}

/// How fast it is going. In the first second, only the quota is known.
fn rate(moment: &Moment<'_>) -> Option<String> {
    Some(match (moment.calls_per_second, moment.work.quota) {
        (Some(rate), Some(quota)) => format!("{rate:.0} of {quota} calls/s"),
        (Some(rate), None) => format!("{rate:.0} calls/s"),
        (None, Some(quota)) => format!("at most {quota} calls/s"),
        (None, None) => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use topic_import_bulk::Outcome;
    use topic_import_bulk::calls::WorkProgress;
    use topic_import_core::Code;

    use super::*;
    use crate::exit::Exit;

    const WORK: Work = Work {
        thing: "row",
        total: 90,
        done: "done",
        done_before: 0,
        failed: "failed",
        quota: NonZeroU32::new(200),
        changes: true,
        stopped: Exit::Stopped,
        then: "To continue",
    };

    fn moment(now: &Snapshot) -> Moment<'_> {
        Moment {
            now,
            done: 30,
            done_elsewhere: 0,
            work: &WORK,
            calls_per_second: Some(197.6),
            time_left: Some(Duration::from_secs(3725)),
        }
    }

    #[test]
    fn a_line_says_how_far_it_is_how_it_goes_and_what_is_in_the_way() {
        let mut now = WorkProgress::default().snapshot();
        now.outcomes = vec![(Outcome::Imported, 8), (Outcome::Rejected, 2)];
        (now.in_flight, now.repeated, now.troubled) = (12, 3, 1);
        now.last_trouble = Some("the line\nis cut".into());
        assert_eq!(
            View::of(&moment(&now)).line(),
            "30 of 90 rows, 33%, 1 h 2 min left; 198 of 200 calls/s, 12 in flight, 3 repeated; \
             8 imported, 2 rejected; trouble: the line\\nis cut"
        );
    }

    #[test]
    fn it_is_said_why_calls_are_slow() {
        let mut now = WorkProgress::default().snapshot();
        now.slowed_by = Some(Code::new(60007));
        let slow = Moment {
            calls_per_second: Some(145.2),
            ..moment(&now)
        };
        assert_eq!(
            View::of(&slow).slow.unwrap(),
            "60007: calls are refused as too frequent; slowed to 145 a second"
        );
    }

    #[test]
    fn what_was_done_before_and_elsewhere_is_told_apart_from_the_outcomes() {
        let mut now = WorkProgress::default().snapshot();
        now.outcomes = vec![(Outcome::Imported, 360)];
        let work = Work {
            total: 5002,
            done_before: 165,
            ..WORK
        };
        let view = View::of(&Moment {
            done: 533,
            done_elsewhere: 8,
            work: &work,
            time_left: None,
            ..moment(&now)
        });
        assert_eq!(
            view.extent,
            "533 of 5,002 rows, 10%, 165 of them before, 8 of them elsewhere"
        );
        assert_eq!(view.outcomes.unwrap(), "360 imported");
    }

    #[test]
    fn what_is_over_is_no_longer_in_the_way() {
        let mut now = WorkProgress::default().snapshot();
        now.last_trouble = Some("the line is cut".into());
        let work = Work {
            quota: None,
            ..WORK
        };
        let view = View::of(&Moment {
            done: 90,
            work: &work,
            ..moment(&now)
        });
        assert_eq!(view.line(), "90 of 90 rows, 100%; 198 calls/s, 0 in flight");
    }

    #[test]
    fn what_is_not_known_yet_is_not_said() {
        let now = WorkProgress::default().snapshot();
        let unknown = |work| Moment {
            work,
            calls_per_second: None,
            time_left: None,
            ..moment(&now)
        };
        assert_eq!(
            View::of(&unknown(&WORK)).line(),
            "30 of 90 rows, 33%; at most 200 calls/s, 0 in flight"
        );
        let work = Work {
            quota: None,
            ..WORK
        };
        assert_eq!(
            View::of(&unknown(&work)).line(),
            "30 of 90 rows, 33%; 0 in flight"
        );
    }
}
