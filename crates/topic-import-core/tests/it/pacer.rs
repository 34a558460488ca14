//! The pacer keeps under the quota whatever the callers do, and wastes next to nothing of it.

use std::num::NonZeroU32;
use std::time::Duration;

use proptest::prelude::*;
use topic_import_core::pace::TOLERANCE;
use topic_import_core::{
    Command, Feedback, GetTopic, ImportTopic, Operation as _, Pacers, Rate, Slot,
};

use crate::support::cases;

const SECOND: Duration = Duration::from_secs(1);
/// How long after the last throttling the full rate is back.
const RECOVERY: Duration = Duration::from_secs(20);

const COMMAND: Command = ImportTopic::COMMAND;

fn pacers(quota: u32) -> Pacers {
    Pacers::new(Rate::PerSecond(NonZeroU32::new(quota).unwrap()))
}

/// A pacer on an invented clock that notes when slots were taken.
struct Track {
    quota: u32,
    pacers: Pacers,
    now: Duration,
    taken: Vec<Duration>,
}

impl Track {
    fn new(quota: u32) -> Self {
        Self {
            quota,
            pacers: pacers(quota),
            now: Duration::from_secs(7),
            taken: Vec::new(),
        }
    }

    /// Asks once; the wait where the slot is not free yet.
    fn ask(&mut self) -> Option<Duration> {
        match self.pacers.take(COMMAND, self.now) {
            Slot::Taken => {
                self.taken.push(self.now);
                None
            }
            Slot::After(wait) => {
                assert!(!wait.is_zero(), "told to ask at once, and then not served");
                Some(wait)
            }
        }
    }

    /// Asks until a slot is taken, each time so much later than told.
    fn take(&mut self, late: Duration) {
        if let Some(wait) = self.ask() {
            self.now += wait + late;
            assert_eq!(self.ask(), None, "asked when told, and sent away again");
        }
    }

    /// Takes slots for so long, each time `late`; how many there were.
    fn take_for(&mut self, time: Duration, mut late: impl FnMut() -> Duration) -> usize {
        let before = self.taken.len();
        let end = self.now + time;
        while self.now < end {
            self.take(late());
        }
        let taken = &self.taken[before..];
        taken.partition_point(|at| *at < end)
    }

    fn throttle(&mut self) {
        self.pacers.heed(COMMAND, Feedback::Throttled, self.now);
    }

    /// No `[t, t + 1s)` holds more slots than the quota.
    fn assert_within_quota(&self) {
        let quota = self.quota as usize;
        for (position, last) in self.taken.iter().enumerate().skip(quota) {
            let first = self.taken[position - quota];
            assert!(
                *last - first >= SECOND,
                "{} slots of {} from {first:?} to {last:?}",
                quota + 1,
                self.quota,
            );
        }
    }

    /// So many slots in so long are at least 98% of the quota, give or take the one at the edge.
    fn assert_nearly_the_quota(&self, slots: usize, time: Duration) {
        let slots = u32::try_from(slots).unwrap();
        let enough = 0.98 * f64::from(self.quota) * time.as_secs_f64() - 1.0;
        assert!(
            f64::from(slots) >= enough,
            "{slots} slots of {} a second in {time:?}",
            self.quota,
        );
    }
}

/// What callers do, one thing after the other.
#[derive(Clone, Debug)]
enum Act {
    Idle(Duration),
    /// Several ask at once; whoever is sent away stays away.
    Crowd(u32),
    /// Asks before the time that the pacer named, when so many percent of it have passed.
    Early(u32),
    /// Takes so many percent of the quota, each slot late by this.
    Work(u32, Duration),
    Throttle,
}

fn act() -> impl Strategy<Value = Act> {
    let micros = |most: u64| (0..=most).prop_map(Duration::from_micros);
    prop_oneof![
        2 => micros(3_000_000).prop_map(Act::Idle),
        2 => micros(20_000).prop_map(Act::Idle),
        2 => (1_u32..60).prop_map(Act::Crowd),
        2 => (0_u32..100).prop_map(Act::Early),
        3 => (1_u32..150, micros(8_000)).prop_map(|(percent, late)| Act::Work(percent, late)),
        1 => Just(Act::Throttle),
    ]
}

fn quota() -> impl Strategy<Value = u32> {
    prop_oneof![1_u32..20, 190_u32..=210, 1_u32..=5000]
}

fn perform(track: &mut Track, act: &Act) {
    match *act {
        Act::Idle(time) => track.now += time,
        Act::Crowd(callers) => {
            for _ in 0..callers {
                track.ask();
            }
        }
        Act::Early(percent) => {
            if let Some(wait) = track.ask() {
                track.now += wait * percent / 100;
                track.ask();
            }
        }
        Act::Work(percent, late) => {
            for _ in 0..=(track.quota * percent / 100) {
                track.take(late);
            }
        }
        Act::Throttle => track.throttle(),
    }
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn no_second_holds_more_calls_than_the_quota(
        quota in quota(),
        acts in prop::collection::vec(act(), 1..30),
    ) {
        let mut track = Track::new(quota);
        for act in acts {
            perform(&mut track, &act);
        }
        track.assert_within_quota();
    }

    #[test]
    fn who_asks_when_told_gets_nearly_the_whole_quota(quota in quota(), seconds in 10_u64..15) {
        let mut track = Track::new(quota);
        let time = SECOND * u32::try_from(seconds).unwrap();
        let slots = track.take_for(time, || Duration::ZERO);
        track.assert_nearly_the_quota(slots, time);
        track.assert_within_quota();
    }

    #[test]
    fn who_asks_up_to_5_ms_late_gets_nearly_the_whole_quota(
        quota in quota(),
        lateness in prop::collection::vec((0_u64..=5_000).prop_map(Duration::from_micros), 1..50),
    ) {
        let mut track = Track::new(quota);
        let time = SECOND * 10;
        let mut lateness = lateness.into_iter().cycle();
        let slots = track.take_for(time, || lateness.next().unwrap());
        track.assert_nearly_the_quota(slots, time);
        track.assert_within_quota();
    }

    #[test]
    fn throttling_is_forgotten_within_20_seconds(
        quota in quota(),
        throttles in prop::collection::vec((1_u64..3_000).prop_map(Duration::from_millis), 1..150),
        idle: bool,
    ) {
        let mut track = Track::new(quota);
        for pause in throttles {
            track.take(Duration::ZERO);
            track.now += pause;
            track.throttle();
        }
        let full_again = track.now + RECOVERY;
        if idle {
            track.now = full_again;
        }
        // The first slot may have been due under the old rate.
        track.take(Duration::ZERO);
        while track.now < full_again {
            track.take(Duration::ZERO);
        }
        let interval = Duration::from_secs_f64(1.0 / (0.99 * f64::from(quota)));
        let late = track.now - full_again;
        prop_assert!(late <= interval * 2, "a slot {late:?} after the recovery");
        let slots = track.take_for(SECOND * 2, || Duration::ZERO);
        track.assert_nearly_the_quota(slots, SECOND * 2);
        track.assert_within_quota();
    }

    #[test]
    fn each_throttling_in_a_row_lowers_the_rate(quota in 1_000_u32..=5000) {
        const QUARTER: Duration = Duration::from_millis(250);
        let mut track = Track::new(quota);
        track.take_for(SECOND, || Duration::ZERO);
        let mut slots = vec![track.take_for(QUARTER, || Duration::ZERO)];
        for _ in 0..8 {
            track.throttle();
            slots.push(track.take_for(QUARTER, || Duration::ZERO));
        }
        prop_assert!(slots.is_sorted_by(|before, after| before > after), "{slots:?}");
        prop_assert!(slots[8] * 4 <= slots[0] * 3, "{slots:?}");
        track.assert_within_quota();
    }
}

/// The calls per second that the pacer allows at this time.
fn rate(pacers: &Pacers, now: Duration) -> f64 {
    let mut pacers = pacers.clone();
    assert_eq!(pacers.take(COMMAND, now), Slot::Taken);
    match pacers.take(COMMAND, now) {
        Slot::After(wait) => 1.0 / (wait + TOLERANCE).as_secs_f64(),
        Slot::Taken => panic!("two calls at once"),
    }
}

#[test]
fn throttlings_in_a_row_take_twice_as_much_each_up_to_a_quarter_until_there_is_a_second_without_one()
 {
    let mut pacers = pacers(100);
    let mut now = SECOND;
    assert!((rate(&pacers, now) - 99.0).abs() < 0.001);
    for (pause, part) in [
        (0, 32.0),
        (200, 16.0),
        (999, 8.0),
        (500, 4.0),
        (300, 4.0),
        (1_000, 32.0),
        (999, 16.0),
        (5_000, 32.0),
    ] {
        now += Duration::from_millis(pause);
        let before = rate(&pacers, now);
        pacers.heed(COMMAND, Feedback::Throttled, now);
        let lost = 1.0 - rate(&pacers, now) / before;
        assert!((lost * part - 1.0).abs() < 0.01, "{lost} after {pause} ms");
    }
}

#[test]
fn calls_that_are_throttled_together_lower_the_rate_once() {
    let slots_after = |throttles: u32| {
        let mut track = Track::new(1000);
        let begun = track.now;
        for millis in 0..throttles {
            track.now = begun + Duration::from_millis(millis.into());
            track.throttle();
        }
        track.now = begun + Duration::from_millis(200);
        track.take_for(SECOND / 4, || Duration::ZERO)
    };
    assert_eq!(slots_after(1), slots_after(200));
    assert!(slots_after(1) < slots_after(0));
    assert!(slots_after(201) < slots_after(1));
}

#[test]
fn a_service_that_throttles_all_the_time_is_still_called() {
    let mut track = Track::new(200);
    for _ in 0..10_000 {
        track.take(Duration::ZERO);
        track.throttle();
        track.now += Duration::from_millis(201);
    }
    track.throttle();
    let share = rate(&track.pacers, track.now) / 198.0;
    assert!((0.03..0.04).contains(&share), "{share} of the full rate");
}

#[test]
fn an_unused_quota_is_not_saved_up() {
    let mut track = Track::new(200);
    track.take(Duration::ZERO);
    track.now += Duration::from_hours(1);
    let crowd = (0..1000).filter(|_| track.ask().is_none()).count();
    assert!(crowd <= 2, "{crowd} at once after an idle hour");
    track.assert_within_quota();
}

#[test]
fn slots_are_spaced_evenly() {
    for (quota, nanos) in [(1, 1_010_101_011), (200, 5_050_506), (5_000, 202_021)] {
        let mut track = Track::new(quota);
        for _ in 0..1_000 {
            track.take(Duration::ZERO);
        }
        let gaps = track.taken.windows(2).map(|pair| pair[1] - pair[0]);
        // The first ones may be shorter, by the 5 ms of lateness that are forgiven in all.
        let mut gaps = gaps.skip(usize::try_from(5_000_000 / nanos).unwrap() + 1);
        assert!(
            gaps.all(|gap| gap == Duration::from_nanos(nanos)),
            "{quota}"
        );
    }
}

#[test]
fn quotas_and_clocks_at_their_ends_are_taken() {
    for quota in [1, u32::MAX] {
        let mut pacers = pacers(quota);
        for hours in [0, 1, u64::from(u32::MAX)] {
            let now = Duration::from_hours(hours);
            assert_eq!(pacers.take(COMMAND, now), Slot::Taken);
            pacers.heed(COMMAND, Feedback::Throttled, now);
        }
    }
}

#[test]
fn each_command_has_a_pacer_of_its_own() {
    let mut pacers = Pacers::new(Rate::PerSecond(NonZeroU32::MIN));
    let now = Duration::ZERO;
    for command in [ImportTopic::COMMAND, GetTopic::COMMAND] {
        assert_eq!(pacers.take(command, now), Slot::Taken);
        assert!(matches!(pacers.take(command, now), Slot::After(_)));
    }
}

#[test]
fn only_a_throttled_attempt_slows_its_own_command_down() {
    let (import, get) = (ImportTopic::COMMAND, GetTopic::COMMAND);
    let mut pacers = Pacers::new(Rate::PerSecond(NonZeroU32::MIN));
    pacers.heed(import, Feedback::Fine, Duration::ZERO);
    pacers.heed(get, Feedback::Throttled, Duration::ZERO);
    let mut wait = |command| {
        assert_eq!(pacers.take(command, Duration::ZERO), Slot::Taken);
        match pacers.take(command, Duration::ZERO) {
            Slot::After(wait) => wait,
            Slot::Taken => panic!("two calls at once"),
        }
    };
    assert!(wait(import) < wait(get));
}

#[test]
fn without_a_rate_every_call_leaves_at_once() {
    let mut pacers = Pacers::new(Rate::Unlimited);
    for _ in 0..1000 {
        pacers.heed(ImportTopic::COMMAND, Feedback::Throttled, Duration::ZERO);
        assert_eq!(
            pacers.take(ImportTopic::COMMAND, Duration::ZERO),
            Slot::Taken
        );
    }
}
