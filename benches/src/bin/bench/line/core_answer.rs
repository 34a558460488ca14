//! From an answer to the call's outcome.

use std::convert::Infallible;
use std::hint::black_box;

use topic_import_benches::by_core::{Core, Sent};
use topic_import_benches::by_hand::Answer;
use topic_import_benches::sample;
use topic_import_core::http::HttpResponse;

use super::allocations;
use crate::Outcome;
use crate::clock::each_on_cpu;
use crate::comparison::{Comparison, rounds};
use crate::effort::Effort;
use crate::table::{Figure, Row, Target};

const WHAT: &str = "core: answer → outcome";
const AGAINST: &str = "`serde_json::from_slice` into a bare struct";
/// Calls that wait for an answer at once: few enough to stay in a processor's cache.
const BATCH: u32 = 64;

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let mut core = Core::new()?;
    let answer = HttpResponse::new(200, sample::answer(sample::TOPIC_ID).into_bytes());
    let batches = u32::try_from(effort.of(1_000))?;
    let pairs = rounds::<_, Infallible>(
        effort.rounds,
        || {
            let mut nanoseconds = 0.0;
            for _ in 0..batches {
                let mut calls: Vec<Sent> = (0..BATCH).map(|_| core.sent()).collect();
                let mut calls = calls.iter_mut().map(|call| (call, answer.clone()));
                nanoseconds += each_on_cpu(BATCH, |_| {
                    let call = calls.next();
                    black_box(call.map(|(call, answer)| core.outcome(call, black_box(answer))));
                });
            }
            Ok(nanoseconds / f64::from(batches))
        },
        || {
            let mut nanoseconds = 0.0;
            for _ in 0..batches {
                nanoseconds += each_on_cpu(BATCH, |_| {
                    let _ = black_box(Answer::read(black_box(&answer.body)));
                });
            }
            Ok(nanoseconds / f64::from(batches))
        },
    )?;
    let figure = Comparison::of(&pairs).in_nanoseconds();
    let (ours, theirs) = allocations::count("answer")?;
    Ok(vec![
        Row::new(
            &format!("{WHAT}, time"),
            AGAINST,
            figure,
            Target::AtMost(1.25, "×"),
        ),
        Row::new(
            &format!("{WHAT}, allocations"),
            AGAINST,
            Figure::Measured(ours, format!("{ours} against {theirs}")),
            Target::None,
        ),
    ])
}
