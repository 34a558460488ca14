//! The drawings of `docs/how-it-works.md`.

use super::drawing::{Area, Drawing};

/// Every drawing with the name of its file.
pub(crate) fn drawings() -> [(&'static str, String); 5] {
    [
        ("parts.svg", parts()),
        ("call.svg", call()),
        ("settling.svg", settling()),
        ("pacing.svg", pacing()),
        ("journal.svg", journal()),
    ]
}

fn parts() -> String {
    let words = "The program uses bulk, bulk the async client; both clients use the driver, and the driver the core.";
    let mut drawing = Drawing::new(930, 230, words);
    let program = Area(0, 0, 150, 62);
    let program = drawing.area(program, "box", &["topic-import", "the program"]);
    let bulk = Area(195, 0, 150, 62);
    let bulk = drawing.area(bulk, "box", &["…-bulk", "a whole migration"]);
    let client = Area(390, 0, 150, 62);
    let client = drawing.area(client, "box", &["…-async", "reqwest, tokio"]);
    let blocking = Area(390, 84, 150, 62);
    let blocking = drawing.area(blocking, "box", &["…-blocking", "ureq"]);
    let driver = Area(585, 42, 150, 62);
    let driver = drawing.area(driver, "box", &["…-driver", "what both share"]);
    let core = Area(780, 42, 150, 62);
    let core = drawing.area(core, "good", &["…-core", "decides; no I/O"]);
    let quota = Area(195, 84, 150, 62);
    let quota = drawing.area(quota, "box", &["…-shared-quota", "in PostgreSQL"]);
    let emulator = Area(0, 168, 930, 62);
    let what = "stands in for the service; implements its documents independently and shares no code with the core";
    drawing.area(emulator, "aside", &["…-emulator", what]);
    drawing.arrow(&[program.right(), bulk.left()]);
    drawing.arrow(&[bulk.right(), client.left()]);
    drawing.arrow(&[bulk.bottom(), quota.top()]);
    for client in [client, blocking] {
        let ((x, y), (end, middle)) = (client.right(), driver.left());
        drawing.arrow(&[(x, y), (x + 22, y), (x + 22, middle), (end, middle)]);
    }
    drawing.arrow(&[driver.right(), core.left()]);
    drawing.finish()
}

/// A box with an arrow to each of some rows, each of which leads to its own end. Returns the boxes of the ends.
fn fan(
    drawing: &mut Drawing,
    from: Area,
    (left, width): (i32, i32),
    rows: &[(&[&str], &str, &[&str])],
) -> Vec<Area> {
    const HEIGHT: i32 = 54;
    let mut ends = Vec::new();
    for (row, (what, class, end)) in (0..).zip(rows) {
        let top = row * (HEIGHT + 12);
        let what = drawing.area(Area(left, top, width, HEIGHT), "box", what);
        let (x, y) = from.right();
        let (at, middle) = what.left();
        drawing.arrow(&[(x, y), (x + 20, y), (x + 20, middle), (at, middle)]);
        let end = drawing.area(Area(left + width + 40, top, 250, HEIGHT), class, end);
        drawing.arrow(&[what.right(), end.left()]);
        ends.push(end);
    }
    ends
}

fn call() -> String {
    let words = "A call waits for a slot in the quota and is sent. Success ends it; what cannot have been executed is repeated; \
                 what may have been executed is repeated only with a TopicId.";
    let mut drawing = Drawing::new(940, 390, words);
    let pace = drawing.area(
        Area(0, 168, 150, 54),
        "box",
        &["pace", "a slot in the quota"],
    );
    let send = drawing.area(Area(190, 168, 80, 54), "box", &["send"]);
    drawing.arrow(&[pace.right(), send.left()]);
    let ends = fan(
        &mut drawing,
        send,
        (310, 300),
        &[
            (&["success"], "good", &["imported"]),
            (&["not sent", "no connection, no TLS"], "again", &["again"]),
            (
                &["refused, and repeating helps", "busy, throttled, signature"],
                "again",
                &["again"],
            ),
            (&["refused for good"], "bad", &["rejected"]),
            (
                &["maybe executed, with a TopicId", "lost, cut, unreadable"],
                "again",
                &["again"],
            ),
            (
                &["maybe executed, without a TopicId", "lost, cut, unreadable"],
                "doubt",
                &["unknown"],
            ),
        ],
    );
    let back = 925;
    for end in [ends[1], ends[2], ends[4]] {
        let (x, y) = end.right();
        drawing.path("line", &format!("M{x} {y}H{back}"));
    }
    let (_, highest) = ends[1].right();
    let (pace, bottom) = pace.bottom();
    drawing.arrow(&[(back, highest), (back, 390), (pace, 390), (pace, bottom)]);
    drawing.text((90, 382), "start", "wait: back off");
    drawing.finish()
}

fn settling() -> String {
    let words =
        "A refusal after a call that may have been executed is settled by reading the topic back.";
    let mut drawing = Drawing::new(905, 324, words);
    let before = [
        "refused after maybe,",
        "or the ID is in use",
        "(10021, 10025)",
    ];
    let refused = drawing.area(Area(0, 123, 190, 78), "doubt", &before);
    let read = drawing.area(Area(230, 135, 100, 54), "box", &["get_topic"]);
    drawing.arrow(&[refused.right(), read.left()]);
    fan(
        &mut drawing,
        read,
        (370, 240),
        &[
            (
                &["there and equal"],
                "good",
                &["existing", "counts as success"],
            ),
            (&["there and different"], "bad", &["conflict"]),
            (
                &["not there"],
                "again",
                &["asked again", "then the refusal, or unknown"],
            ),
            (&["deleted"], "bad", &["rejected", "the ID is used up"]),
            (
                &["no answer"],
                "doubt",
                &["asked again", "until the deadline, then unknown"],
            ),
        ],
    );
    drawing.finish()
}

fn pacing() -> String {
    let words = "Each throttled call reduces the rate, by 1/32 first and then by twice as much each time; it climbs back by 5% a second.";
    let mut drawing = Drawing::new(760, 240, words);
    drawing.path("line", "M70 0V200H760");
    drawing.path("quota", "M70 30H760");
    drawing.text((60, 35), "end", "198/s");
    drawing.text((60, 205), "end", "0");
    drawing.text((760, 225), "end", "time");
    // The climb is 5% of the full rate a second.
    let path = "M70 30H250V36H262V47H274V66H286H326V57H366V48H406V39H446V30H760";
    drawing.path("graph", path);
    drawing.text((80, 22), "start", "198 calls a second: 99% of the quota");
    drawing.text(
        (236, 100),
        "start",
        "throttled: 1/32 less, then twice as much each time,",
    );
    drawing.text((236, 119), "start", "down to a quarter at the lowest");
    drawing.text((500, 62), "start", "5% more each second");
    drawing.finish()
}

fn journal() -> String {
    let words = "A row is pending after the check, in flight on disk before its call is sent, and has its outcome on disk after the answer.";
    let mut drawing = Drawing::new(940, 200, words);
    let input = drawing.area(Area(0, 0, 110, 60), "box", &["input"]);
    let pending = drawing.area(Area(200, 0, 130, 60), "box", &["pending"]);
    let flight = drawing.area(
        Area(430, 0, 160, 60),
        "doubt",
        &["in_flight", "counts as maybe"],
    );
    let good = drawing.area(Area(680, 0, 260, 60), "good", &["imported, existing"]);
    let bad = drawing.area(
        Area(680, 76, 260, 60),
        "bad",
        &["rejected, conflict, unknown"],
    );
    let held = drawing.area(Area(430, 140, 160, 60), "box", &["held"]);
    drawing.arrow(&[input.right(), pending.left()]);
    drawing.text((155, 22), "middle", "check");
    drawing.arrow(&[pending.right(), flight.left()]);
    drawing.text((380, 22), "middle", "claim");
    drawing.arrow(&[flight.right(), good.left()]);
    drawing.text((622, 22), "middle", "call");
    let ((x, y), (end, middle)) = (flight.right(), bad.left());
    drawing.arrow(&[(x, y), (x + 62, y), (x + 62, middle), (end, middle)]);
    drawing.arrow(&[flight.bottom(), held.top()]);
    drawing.text((520, 95), "start", "its group fails,");
    drawing.text((520, 114), "start", "or the run does");
    let ((x, y), (to, end)) = (held.left(), pending.bottom());
    drawing.arrow(&[(x, y), (to, y), (to, end)]);
    drawing.text((348, 160), "middle", "the next run");
    drawing.finish()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::command::workspace;

    #[test]
    fn the_drawings_in_the_documents_are_these() {
        for (name, drawing) in drawings() {
            let path = workspace().join("docs/pictures").join(name);
            let there = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                there == drawing,
                "{name} has changed: cargo xtask pictures draws it"
            );
        }
    }
}
