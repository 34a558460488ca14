//! A journal beside a list in memory: whatever happens to both, they are the same.

use std::collections::{BTreeMap, VecDeque};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use topic_import_bulk::journal::{
    FailureCount, Journal as _, Order, Record, Remaining, Role, Summary,
};
use topic_import_bulk::{Outcome, Retry};
use topic_import_core::Code;

use super::kept::{Kept, invalid, marked, record_all, sound};
use crate::support::{claim, read_rows, wait};

/// One thing that happens to a journal.
#[derive(Clone, Debug)]
enum Event {
    Claim(usize),
    /// Some of the rows that this invocation has claimed, by their places among them, get an outcome and a code.
    Record(Vec<(usize, Outcome, Option<i64>)>),
    /// The process is killed, and another one begins.
    Kill {
        retry: Vec<Retry>,
    },
}

fn event() -> impl Strategy<Value = Event> {
    let outcome = select(Outcome::ALL.to_vec());
    let code = prop::option::of(select(vec![10002, 10010, 80001]));
    let retry = subsequence(Retry::ALL.to_vec(), 0..=Retry::ALL.len());
    prop_oneof![
        4 => (0..8_usize).prop_map(Event::Claim),
        4 => vec((0..100_usize, outcome, code), 0..6).prop_map(Event::Record),
        1 => retry.prop_map(|retry| Event::Kill { retry }),
    ]
}

/// What a journal should be.
struct Model {
    rows: Vec<State>,
    /// What this invocation has still to claim, in order.
    to_claim: VecDeque<i64>,
    /// What it has claimed.
    claimed: Vec<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    is_sound: bool,
    outcome: Outcome,
    code: Option<i64>,
}

impl Model {
    fn new(are_sound: &[bool]) -> Self {
        let state = |is_sound: &bool| State {
            is_sound: *is_sound,
            outcome: if *is_sound {
                Outcome::Pending
            } else {
                Outcome::Rejected
            },
            code: None,
        };
        Self {
            rows: are_sound.iter().map(state).collect(),
            to_claim: VecDeque::new(),
            claimed: Vec::new(),
        }
    }

    fn row(&mut self, number: i64) -> &mut State {
        let place = usize::try_from(number - 1).unwrap();
        &mut self.rows[place]
    }

    fn begin(&mut self, retry: &[Retry]) {
        let is_open = |outcome| match outcome {
            Outcome::Pending | Outcome::InFlight | Outcome::Held => true,
            other => retry.iter().any(|retry| retry.outcome() == other),
        };
        let rows = (1..).zip(&self.rows);
        self.to_claim = rows
            .filter(|(_, row)| row.is_sound && is_open(row.outcome))
            .map(|(number, _)| number)
            .collect();
        self.claimed.clear();
    }

    fn numbers_of(&self, outcome: Outcome) -> Vec<i64> {
        let rows = (1..).zip(&self.rows);
        let rows = rows.filter(|(_, row)| row.outcome == outcome);
        rows.map(|(number, _)| number).collect()
    }

    /// What remains after [`begin`](Self::begin): rows to be tried, and rows to be left, by outcome and code.
    fn assert_remaining(&self, remaining: &Remaining) {
        let is_tried = |number: i64| self.to_claim.contains(&number);
        let mut expected = [BTreeMap::new(), BTreeMap::new()];
        let mut by_community = BTreeMap::new();
        for (number, row) in (1..).zip(&self.rows) {
            if row.outcome.is_there() {
                continue;
            }
            let of_these = &mut expected[usize::from(is_tried(number))];
            *of_these.entry((row.outcome.name(), row.code)).or_default() += 1;
            if is_tried(number) {
                *by_community.entry(group(number)).or_default() += 1;
            }
        }
        let counted = |counts: &[FailureCount]| {
            let counts = counts.iter();
            let counts = counts.map(|count| {
                let code = count.code.map(Code::get);
                ((count.outcome.name(), code), count.rows)
            });
            counts.collect::<BTreeMap<_, u64>>()
        };
        let found = [counted(&remaining.left), counted(&remaining.tried)];
        assert_eq!(found, expected);
        assert_eq!(remaining.by_community, by_community);
        assert_eq!(remaining.blocked, 0);
    }

    fn claim(&mut self, at_most: usize) -> Vec<(i64, bool)> {
        let count = at_most.min(self.to_claim.len());
        let numbers: Vec<i64> = self.to_claim.drain(..count).collect();
        self.claimed.extend(&numbers);
        let claim = |number| {
            let row = self.row(number);
            let was_in_flight = row.outcome == Outcome::InFlight;
            row.outcome = Outcome::InFlight;
            (number, was_in_flight)
        };
        numbers.into_iter().map(claim).collect()
    }

    /// What to record for the rows at these places among the claimed ones.
    fn record(&mut self, places: &[(usize, Outcome, Option<i64>)]) -> Vec<Record> {
        let mut records = Vec::new();
        for (place, outcome, code) in places {
            let Some(number) = self.claimed.get(place % self.claimed.len().max(1)) else {
                continue;
            };
            let mut record = Record::new(*number, *outcome);
            record.cause.code = code.map(Code::new);
            let row = self.row(record.number);
            row.outcome = *outcome;
            if code.is_some() || outcome.is_there() || *outcome == Outcome::Destroyed {
                row.code = *code;
            }
            records.push(record);
        }
        records
    }

    fn assert_adds_up(&self, summary: &Summary) {
        let count = |outcome| {
            self.rows
                .iter()
                .filter(|row| row.outcome == outcome)
                .count() as u64
        };
        for (outcome, found) in summary.counts() {
            let expected = match outcome {
                Outcome::Pending => count(outcome) + count(Outcome::InFlight),
                other => count(other),
            };
            assert_eq!(found, expected, "{outcome:?}");
        }
        assert_eq!(summary.in_flight, count(Outcome::InFlight));
        assert_eq!(summary.rows, self.rows.len() as u64);
        for (code, found) in &summary.by_code {
            let with_code = self.rows.iter().filter(|row| row.code == Some(code.get()));
            assert_eq!(*found, with_code.count() as u64, "{code}");
        }
        let with_codes = self.rows.iter().filter(|row| row.code.is_some()).count();
        assert_eq!(summary.by_code.values().sum::<u64>(), with_codes as u64);
    }
}

/// The community of a row.
fn group(number: i64) -> String {
    format!("@TGS#_{}", number % 3)
}

fn kept<K: Kept>(are_sound: &[bool]) -> K {
    let rows: Vec<_> = (1_i64..)
        .zip(are_sound)
        .map(|(number, is_sound)| match is_sound {
            true => sound(number.unsigned_abs(), &group(number)),
            false => invalid(number.unsigned_abs()),
        })
        .collect();
    K::of(&rows)
}

async fn follow<K: Kept>(mut kept: K, are_sound: &[bool], events: Vec<Event>) {
    let mut model = Model::new(are_sound);
    let mut journal = kept.open().await;
    journal.begin(Role::Import(&[])).await.unwrap();
    model.begin(&[]);
    for event in events {
        match event {
            Event::Claim(at_most) => {
                let claimed = claim(&journal, at_most).await;
                assert_eq!(marked(&claimed), model.claim(at_most));
            }
            Event::Record(places) => record_all(&journal, model.record(&places)).await,
            Event::Kill { retry } => {
                journal = kept.killed(journal).await;
                model.begin(&retry);
                let pending = read_rows(&journal, &[Outcome::Pending], Order::Input).await;
                let pending: Vec<i64> = pending.iter().map(|row| row.number).collect();
                assert_eq!(pending, model.numbers_of(Outcome::Pending));
                let role = Role::Import(&retry);
                model.assert_remaining(&journal.remaining(role).await.unwrap());
                journal.begin(role).await.unwrap();
            }
        }
        model.assert_adds_up(&journal.summary().await.unwrap());
    }
    let rows = read_rows(&journal, &Outcome::ALL, Order::Input).await;
    let found: Vec<State> = rows
        .iter()
        .map(|row| State {
            is_sound: row.request.is_some(),
            outcome: row.outcome,
            code: row.cause.code.map(Code::get),
        })
        .collect();
    assert_eq!(found, model.rows);
}

pub(crate) fn whatever_happens_to_a_journal_it_is_what_a_list_in_memory_would_be<K: Kept>() {
    let config = ProptestConfig {
        cases: K::STORIES,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(are_sound in vec(prop::bool::weighted(0.8), 0..20), events in vec(event(), 1..16))| {
        wait(follow::<K>(kept(&are_sound), &are_sound, events));
    });
}
