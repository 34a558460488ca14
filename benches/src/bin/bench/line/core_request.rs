//! From a request to its URL and body.

use std::convert::Infallible;
use std::hint::black_box;

use topic_import_benches::by_core::Core;
use topic_import_benches::by_hand::{Caller, Topic};
use topic_import_benches::sample;

use super::allocations;
use crate::Outcome;
use crate::clock::each_on_cpu;
use crate::comparison::{Comparison, rounds};
use crate::effort::Effort;
use crate::table::{Figure, Row, Target};

const WHAT: &str = "core: request → URL + body";
const AGAINST: &str = "`format!` + `serde_json` of an equal struct into a buffer with room";

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let mut core = Core::new()?;
    let caller = Caller::new(sample::ORIGIN, sample::SIGNED_AT);
    let topic = Topic::sample(0)?;
    let count = u32::try_from(effort.of(40_000))?;
    let pairs = rounds::<_, Infallible>(
        effort.rounds,
        || {
            Ok(each_on_cpu(count, |random| {
                black_box(black_box(&mut core).request(random));
            }))
        },
        || {
            Ok(each_on_cpu(count, |random| {
                black_box((black_box(&caller).url(random), black_box(&topic).body()));
            }))
        },
    )?;
    let figure = Comparison::of(&pairs).in_nanoseconds();
    let (ours, theirs) = allocations::count("request")?;
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
            Target::AtMost(theirs, ""),
        ),
    ])
}
