//! Whoever watches a call may withdraw it before an attempt leaves: then that attempt does not.

use std::ops::ControlFlow;

use topic_import_core::CallEvent;

use crate::client::{Client, Ended, Kind, wait_for};
use crate::outcome::{Outcome, Why};
use crate::stage::{Over, Stage, Standing};
use crate::topic::topic;
use crate::wire;

/// Lets so many attempts leave, then withdraws the call. Gives how it ended, and what was told.
fn import(kind: Kind, standing: &Standing, attempts: usize) -> (Ended, Vec<String>) {
    let client = Client::new(kind, &standing.settings());
    let topic = topic("Welcome", true);
    let mut told = Vec::new();
    let mut left = attempts;
    let observe = |event: CallEvent<'_>| match event {
        CallEvent::Leaving(command) => {
            told.push(format!("leaving {command}"));
            match left.checked_sub(1) {
                Some(fewer) => {
                    left = fewer;
                    ControlFlow::Continue(())
                }
                None => ControlFlow::Break(()),
            }
        }
        CallEvent::Over(attempt) => {
            let repeated = attempt.repeated_after.is_some();
            let then = if repeated { "again" } else { "on" };
            told.push(format!("{}, {then}", attempt.command));
            ControlFlow::Continue(())
        }
        _ => ControlFlow::Continue(()),
    };
    let ended = match &client {
        Client::Async(client) => wait_for(client.run(client.call(topic), observe)),
        Client::Blocking(client) => client.run(client.call(topic), observe),
    };
    (ended, told)
}

#[test]
fn withdrawn_at_any_attempt_it_says_what_is_known_and_sends_no_more() {
    for kind in Kind::BOTH {
        // Every attempt that leaves is over before the next one is about to leave.
        let course = [
            "leaving import_topic",
            "import_topic, again",
            "leaving import_topic",
            "import_topic, again",
            "leaving import_topic",
            "import_topic, on",
            "leaving get_topic",
            "get_topic, on",
        ];
        let withdrawn = Why::Withdrawn;
        for (attempts, outcome, on_the_wire) in [
            (0, Outcome::NotExecuted(withdrawn), ""),
            (1, Outcome::NotExecuted(withdrawn), "import=-"),
            (2, Outcome::Unknown(withdrawn), "import=- import=0"),
            (
                3,
                Outcome::Unknown(withdrawn),
                "import=- import=0 import=10021",
            ),
            (4, Outcome::Existing, "import=- import=0 import=10021 get=0"),
        ] {
            let standing = Stage::Emulator(|emulator| emulator).set_up(Over::PlainHttp);
            standing.plan("code60007@1,lost@2");
            let (ended, events) = import(kind, &standing, attempts);
            let case = format!("{kind:?}, {attempts}");
            assert_eq!(Outcome::of(&ended), outcome, "{case}");
            let told = &course[..course.len().min(2 * attempts + 1)];
            assert_eq!(events, told, "{case}");
            assert!(wire::is(&wire::seen(&standing), on_the_wire), "{case}");
        }
    }
}
