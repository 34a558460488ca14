//! How long the calls of `import_topic` took.

use std::time::Duration;

use maud::{Markup, html};
use topic_import_bulk::journal::{LatencyHistogram, LatencyRange};

use super::bar::bar;
use super::text::{number, precise};

pub(super) fn table(latencies: &LatencyHistogram) -> Markup {
    let ranges: Vec<LatencyRange> = latencies.ranges().collect();
    let (Some(first), Some(last)) = (
        ranges.iter().position(|range| range.calls > 0),
        ranges.iter().rposition(|range| range.calls > 0),
    ) else {
        return html! { p { "No call to import is recorded." } };
    };
    let shown = &ranges[first..=last];
    let most = shown.iter().map(|range| range.calls).max().unwrap_or(0);
    html! {
        p {
            (most_calls(shown))
            ". A call ends with its answer or its failure; a repetition counts as a call."
        }
        table.latency {
            caption { "Calls of " code { "import_topic" } " by the time they took" }
            thead {
                tr {
                    th scope="col" { "Time" }
                    th.number scope="col" { "Calls" }
                    th scope="col" { span.unseen { "Compared" } }
                }
            }
            tbody {
                @for range in shown {
                    tr {
                        th scope="row" { (words(range)) }
                        td.number { (number(range.calls)) }
                        td { (bar(&[("", range.calls)], most, "bar")) }
                    }
                }
            }
        }
    }
}

/// How long half of the calls and nearly all of them took, each time once.
fn most_calls(ranges: &[LatencyRange]) -> String {
    let shares = [(50, "half"), (95, "95%"), (99, "99%")];
    let mut parts: Vec<(&str, String)> = Vec::new();
    for (percent, share) in shares {
        let time = within(ranges, percent);
        parts.pop_if(|(_, before)| *before == time);
        parts.push((share, time));
    }
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(share, time)| format!("{share} took {time}"))
        .collect();
    format!("Of the calls, {}", parts.join(", "))
}

/// The time within which this percentage of the calls ended, in words.
fn within(ranges: &[LatencyRange], percent: u64) -> String {
    let all: u64 = ranges.iter().map(|range| range.calls).sum();
    let mut counted = 0;
    let range = ranges.iter().find(|range| {
        counted += range.calls;
        precise(counted) >= precise(all) * precise(percent) / 100.0
    });
    match range.and_then(|range| range.to) {
        Some(to) => format!("less than {}", length(to)),
        None => "longer than is recorded".to_owned(),
    }
}

fn words(range: &LatencyRange) -> String {
    match range.to {
        Some(to) if range.from.is_zero() => format!("under {}", length(to)),
        Some(to) => {
            let (from, to) = (length(range.from), length(to));
            // If both have the same unit, it is written once.
            match (from.split_once(' '), to.split_once(' ')) {
                (Some((from, unit)), Some((_, same))) if unit == same => format!("{from} – {to}"),
                _ => format!("{from} – {to}"),
            }
        }
        None => format!("{} and more", length(range.from)),
    }
}

fn length(time: Duration) -> String {
    match time.as_millis() {
        0..2 => format!("{} ms", time.as_secs_f64() * 1000.0),
        millis @ ..1000 => format!("{millis} ms"),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_calls_are_found_in_their_range() {
        let mut latencies = LatencyHistogram::default();
        latencies.add(Duration::from_millis(70), 94);
        latencies.add(Duration::from_millis(700), 5);
        latencies.add(Duration::from_millis(2500), 1);
        let ranges: Vec<_> = latencies.ranges().collect();
        assert_eq!(
            [50, 95, 99, 100].map(|percent| within(&ranges, percent)),
            [
                "less than 96 ms",
                "less than 768 ms",
                "less than 768 ms",
                "less than 3.1 s"
            ]
        );
        assert_eq!(
            most_calls(&ranges),
            "Of the calls, half took less than 96 ms, 99% took less than 768 ms"
        );
        assert_eq!(words(&ranges[0]), "under 0.5 ms");
        assert_eq!(words(&ranges[2]), "1 – 1.5 ms");
        assert_eq!(words(&ranges[21]), "768 ms – 1.0 s");
        assert_eq!(words(&ranges[27]), "6.1 s and more");
    }
}
