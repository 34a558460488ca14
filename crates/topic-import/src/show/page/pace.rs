//! The chart of the calls of `import_topic` per second over the time of work, with the quota.

use maud::{Markup, html};
use topic_import_bulk::journal::{Course, Summary};

use super::text::{count, number, precise, time};
use crate::show::text;

/// How many seconds of work a bar may stand for.
const WIDTHS: [u32; 14] = [
    10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 43_200, 86_400,
];
const MOST_BARS: f64 = 96.0;
/// The width of the whole drawing, in gaps between two bars.
const GAPS: u16 = 800;
/// The shortest time for which a rate is meaningful.
const LEAST_SECONDS: f64 = 1.0;
/// A call is recorded up to so many seconds after it was made, so that it may be counted in the next period.
const MOST_LATE: f64 = 1.0;
/// The height of the drawing; its width is the seconds of work.
const HEIGHT: f64 = 100.0;

/// The data of the chart. Its times are seconds of work, without the pauses between invocations.
#[derive(Debug, PartialEq)]
struct Chart {
    seconds: f64,
    bars: Vec<Bar>,
    stretches: Vec<Stretch>,
}

#[derive(Debug, PartialEq)]
struct Bar {
    from: f64,
    to: f64,
    calls: f64,
}

/// An invocation that made calls, as a stretch of the chart.
#[derive(Debug, PartialEq)]
struct Stretch {
    began_at: i64,
    at: i64,
    /// The beginning and the end in seconds of work, without the pauses.
    from: f64,
    to: f64,
    calls: u64,
    rate: Option<u32>,
}

impl Bar {
    fn rate(&self) -> f64 {
        self.calls / (self.to - self.from).max(LEAST_SECONDS)
    }
}

impl Chart {
    /// The chart of a run; `None` if no call was made.
    fn of(course: &Course) -> Option<Self> {
        let stretches = stretches(course);
        let seconds = stretches.last()?.to;
        let mut bars = bars(&stretches, width(seconds));
        for pace in &course.pace {
            spread((pace.from, pace.to, pace.calls), &stretches, &mut bars);
        }
        settle(&stretches, &mut bars);
        Some(Self {
            seconds,
            bars,
            stretches,
        })
    }

    fn highest(&self) -> f64 {
        self.bars.iter().map(Bar::rate).fold(0.0, f64::max)
    }

    /// The end of the scale.
    fn top(&self) -> f64 {
        let quotas = self.stretches.iter().filter_map(|stretch| stretch.rate);
        let highest = quotas.map(f64::from).fold(self.highest(), f64::max);
        round_up(highest * 1.05)
    }
}

fn stretches(course: &Course) -> Vec<Stretch> {
    let mut worked = 0.0;
    let with_calls = course.invocations.iter().filter(|span| span.imports > 0);
    with_calls
        .map(|span| {
            let at = span.at.max(span.began_at + 1);
            let from = worked;
            worked += seconds_between(span.began_at, at);
            Stretch {
                began_at: span.began_at,
                at,
                from,
                to: worked,
                calls: span.imports,
                rate: span.rate.map(std::num::NonZeroU32::get),
            }
        })
        .collect()
}

/// Empty bars of this width for the time of work; a further one begins where the quota changes.
fn bars(stretches: &[Stretch], width: f64) -> Vec<Bar> {
    let mut bars = Vec::new();
    for stretches in stretches.chunk_by(|one, next| one.rate == next.rate) {
        let (mut from, end) = (stretches[0].from, stretches[stretches.len() - 1].to);
        while from < end {
            let to = f64::min(from + width, end);
            bars.push(Bar {
                from,
                to,
                calls: 0.0,
            });
            from = to;
        }
    }
    bars
}

/// Distributes calls that were made within a time over the bars of the work that was done in it, more of them to an
/// invocation that made more in the same time.
fn spread((began_at, ended_at, calls): (i64, i64, u64), stretches: &[Stretch], bars: &mut [Bar]) {
    let first = stretches.partition_point(|stretch| stretch.at < began_at);
    let overlaps: Vec<(f64, f64, f64)> = stretches[first..]
        .iter()
        .take_while(|stretch| stretch.began_at < ended_at)
        .map(|stretch| {
            let place = |moment: i64| stretch.from + seconds_between(stretch.began_at, moment);
            let from = place(began_at.max(stretch.began_at));
            let a_second = precise(stretch.calls) / (stretch.to - stretch.from);
            (from, place(ended_at.min(stretch.at)), a_second)
        })
        .filter(|(from, to, _)| from < to)
        .collect();
    let expected: f64 = overlaps
        .iter()
        .map(|(from, to, a_second)| (to - from) * a_second)
        .sum();
    for (from, to, a_second) in overlaps {
        let mut at = from;
        let first = bars.partition_point(|bar| bar.to <= from);
        for bar in &mut bars[first..] {
            if bar.from >= to {
                break;
            }
            let share = (bar.to.min(to) - at).max(0.0) * a_second;
            bar.calls += precise(calls) * share / expected;
            at = bar.to;
        }
    }
}

/// Gives calls beyond the quota to the bar before, if it has the same quota, as far as they may have been counted too late
/// only because they were recorded late. What is left above the quota was above it.
fn settle(stretches: &[Stretch], bars: &mut [Bar]) {
    let quotas: Vec<Option<u32>> = bars.iter().map(|bar| quota_of(bar, stretches)).collect();
    for place in (1..bars.len()).rev() {
        if let Some(quota) = quotas[place].filter(|_| quotas[place] == quotas[place - 1]) {
            let seconds = bars[place].to - bars[place].from;
            let beyond = bars[place].calls - f64::from(quota) * seconds;
            let late = beyond.clamp(0.0, f64::from(quota) * MOST_LATE);
            bars[place].calls -= late;
            bars[place - 1].calls += late;
        }
    }
}

/// The quota during a bar, which is the same in all of it.
fn quota_of(bar: &Bar, stretches: &[Stretch]) -> Option<u32> {
    let place = stretches.partition_point(|stretch| stretch.to <= bar.from);
    stretches.get(place)?.rate
}

fn width(seconds: f64) -> f64 {
    let widths = WIDTHS.map(f64::from);
    let fits = widths
        .into_iter()
        .find(|width| seconds <= width * MOST_BARS);
    fits.unwrap_or(seconds / MOST_BARS)
}

#[allow(clippy::cast_precision_loss, reason = "it is drawn")]
fn seconds_between(from: i64, to: i64) -> f64 {
    to.saturating_sub(from) as f64 / 1000.0
}

/// The smallest round number that is not less than `number`.
fn round_up(number: f64) -> f64 {
    let unit = 10_f64.powf(number.max(1.0).log10().floor());
    let steps = [1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let step = steps.into_iter().find(|step| step * unit >= number);
    step.unwrap_or(10.0) * unit
}

/// The chart and its figures.
pub(super) fn chart(course: &Course, summary: &Summary) -> Markup {
    let Some(chart) = Chart::of(course) else {
        return html! { p { "No call to import is recorded." } };
    };
    let calls = course.pace.iter().map(|pace| pace.calls).sum();
    let mean = precise(calls) / chart.seconds.max(LEAST_SECONDS);
    let busiest = match &*chart.bars {
        [] | [_] => String::new(),
        [first, ..] => format!(", {:.1} in the busiest {}", chart.highest(), time(first.to)),
    };
    html! {
        p #pace-words {
            (count(calls, "call")) " of " code { "import_topic" } " in " (time(chart.seconds)) " of work: "
            (format_args!("{mean:.1}")) " a second on average" (busiest) ". " (quota(&chart))
        }
        @if let Some(throttled) = text::throttled(summary) { p { (throttled) "." } }
        (drawing(&chart))
        details {
            summary { "The figures" }
            table {
                caption { "Calls per second over the time of work" }
                thead {
                    tr {
                        th scope="col" { "From" }
                        th scope="col" { "To" }
                        th.number scope="col" { "Calls a second" }
                    }
                }
                tbody {
                    @for bar in &chart.bars {
                        tr {
                            td { (time(bar.from)) }
                            td { (time(bar.to)) }
                            td.number { (format_args!("{:.1}", bar.rate())) }
                        }
                    }
                }
            }
        }
    }
}

fn quota(chart: &Chart) -> String {
    let mut rates: Vec<Option<u32>> = chart.stretches.iter().map(|stretch| stretch.rate).collect();
    rates.sort_unstable();
    rates.dedup();
    let words: Vec<String> = rates
        .into_iter()
        .map(|rate| match rate {
            Some(rate) => format!("{} a second", number(rate.into())),
            None => "none".to_owned(),
        })
        .collect();
    let pauses = match chart.stretches.len() {
        1 => "",
        _ => " Dotted lines mark pauses, whose time is left out.",
    };
    let line = if words == ["none"] { "" } else { " (dashed)" };
    format!("Quota{line}: {}.{pauses}", words.join(", "))
}

fn drawing(chart: &Chart) -> Markup {
    let top = chart.top();
    let seconds = chart.seconds;
    let y = |rate: f64| HEIGHT - rate / top * HEIGHT;
    let gap = seconds / f64::from(GAPS);
    html! {
        div.chart {
            div.y aria-hidden="true" { span { (top) } span { (top / 2.0) } span { "0" } }
            svg role="img" aria-label="Calls per second over time" aria-describedby="pace-words"
                viewBox=(format_args!("0 0 {seconds:.3} {HEIGHT}")) preserveAspectRatio="none" {
                path.grid d=(format_args!("M0 0H{seconds:.3}M0 {}H{seconds:.3}", HEIGHT / 2.0)) {}
                @for bar in &chart.bars {
                    rect x=(format_args!("{:.3}", bar.from)) y=(format_args!("{:.2}", y(bar.rate())))
                        width=(format_args!("{:.3}", bar.to - bar.from - gap.min((bar.to - bar.from) / 4.0)))
                        height=(format_args!("{:.2}", HEIGHT - y(bar.rate()))) {}
                }
                @for stretch in &chart.stretches {
                    @if stretch.from > 0.0 {
                        path.pause d=(format_args!("M{:.3} 0V{HEIGHT}", stretch.from)) {}
                    }
                    @if let Some(rate) = stretch.rate {
                        path.quota d=(format_args!("M{:.3} {:.2}H{:.3}", stretch.from, y(rate.into()), stretch.to)) {}
                    }
                }
            }
            div.x aria-hidden="true" { span { "0" } span { (time(seconds / 2.0)) } span { (time(seconds)) } }
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::float_cmp,
    reason = "what is computed of these numbers is exact"
)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        assert_eq!(
            [0.0, 1.0, 198.0, 210.0, 1001.0].map(round_up),
            [1.0, 1.0, 200.0, 240.0, 1200.0]
        );
    }

    #[test]
    fn no_run_has_too_many_bars() {
        assert_eq!([2.0, 960.0, 961.0].map(width), [10.0, 10.0, 20.0]);
        assert!(30.0 * 86_400.0 / width(30.0 * 86_400.0) <= MOST_BARS);
        assert!(3000.0 * 86_400.0 / width(3000.0 * 86_400.0) <= MOST_BARS);
    }

    #[test]
    fn where_the_quota_changes_a_bar_begins() {
        let stretch = |from, to, rate| Stretch {
            began_at: 0,
            at: 0,
            from,
            to,
            calls: 1,
            rate,
        };
        let stretches = [
            stretch(0.0, 4.0, Some(20)),
            stretch(4.0, 5.0, Some(20)),
            stretch(5.0, 17.0, Some(200)),
        ];
        let bars: Vec<_> = bars(&stretches, 10.0)
            .iter()
            .map(|bar| (bar.from, bar.to, quota_of(bar, &stretches)))
            .collect();
        assert_eq!(
            bars,
            [
                (0.0, 5.0, Some(20)),
                (5.0, 15.0, Some(200)),
                (15.0, 17.0, Some(200))
            ]
        );
    }

    #[test]
    fn calls_that_are_counted_late_are_not_above_the_quota_and_others_are() {
        let settled = |calls: &[f64]| {
            let mut from = 0.0;
            let bars = calls.iter().map(|calls| {
                from += 10.0;
                Bar {
                    from: from - 10.0,
                    to: from,
                    calls: *calls,
                }
            });
            let mut bars: Vec<Bar> = bars.collect();
            let stretch = Stretch {
                began_at: 0,
                at: 1,
                from: 0.0,
                to: from,
                calls: 1,
                rate: Some(200),
            };
            settle(&[stretch], &mut bars);
            bars.iter().map(|bar| bar.calls).collect::<Vec<f64>>()
        };
        // The last 60 calls of the first period are recorded in the second.
        assert_eq!(settled(&[1940.0, 2060.0, 500.0]), [2000.0, 2000.0, 500.0]);
        assert_eq!(settled(&[1000.0, 3000.0, 1000.0]), [1200.0, 2800.0, 1000.0]);
        assert_eq!(settled(&[2500.0]), [2500.0]);
    }

    #[test]
    fn calls_go_to_the_work_of_their_time_and_pauses_are_left_out() {
        let stretch = |began_at, at, from, to, calls| Stretch {
            began_at,
            at,
            from,
            to,
            calls,
            rate: None,
        };
        // 7 s of work, a pause of an hour, 8 s of work.
        let stretches = [
            stretch(5_000, 12_000, 0.0, 7.0, 700),
            stretch(3_612_000, 3_620_000, 7.0, 15.0, 800),
        ];
        let bar = |from, to| Bar {
            from,
            to,
            calls: 0.0,
        };
        let mut bars = [bar(0.0, 10.0), bar(10.0, 15.0)];
        assert_eq!(Chart::of(&Course::default()), None);
        for (from, calls) in [(0, 500), (10_000, 200), (3_610_000, 800)] {
            spread((from, from + 10_000, calls), &stretches, &mut bars);
        }
        assert_eq!(bars.map(|bar| bar.calls), [1000.0, 500.0]);
        // Two invocations in one period, the second four times as fast.
        let stretches = [
            stretch(0, 4_000, 0.0, 4.0, 80),
            stretch(5_000, 9_000, 4.0, 8.0, 320),
        ];
        let mut bars = [bar(0.0, 4.0), bar(4.0, 8.0)];
        spread((0, 10_000, 400), &stretches, &mut bars);
        assert_eq!(bars.map(|bar| bar.calls), [80.0, 320.0]);
    }
}
