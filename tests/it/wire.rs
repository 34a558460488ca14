//! What reached the service, in words short enough for a table.
//!
//! A call is written as its command and what the service came to: `import=0` was done, `import=10021` refused,
//! `import=-` not even begun, for a fault. A scripted listener does nothing: `import`. A `+` behind a call says that
//! it came once or more often.

use topic_import_emulator as emulator;

use crate::request::Request;
use crate::stage::Standing;

/// A call that reached the service.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) call: String,
    pub(crate) random: Option<u32>,
}

/// Every call so far.
pub(crate) fn seen(standing: &Standing) -> Vec<Seen> {
    if let Some(emulator) = &standing.emulator {
        emulator.state().calls().iter().map(of_emulator).collect()
    } else if let Some(listener) = &standing.listener {
        listener.requests().iter().map(of_listener).collect()
    } else {
        Vec::new()
    }
}

fn of_emulator(call: &emulator::Call) -> Seen {
    let command = call.command.map(|command| command.to_string());
    let performed = call.performed.map(|code| code.to_string());
    Seen {
        call: format!(
            "{}={}",
            short(command.as_deref().unwrap_or("?")),
            performed.as_deref().unwrap_or("-")
        ),
        random: call.random,
    }
}

fn of_listener(request: &Request) -> Seen {
    Seen {
        call: short(request.command()).to_owned(),
        random: request
            .parameter("random")
            .and_then(|random| random.parse().ok()),
    }
}

fn short(command: &str) -> &str {
    command.strip_suffix("_topic").unwrap_or(command)
}

/// Whether the calls are those that a table names.
pub(crate) fn is(calls: &[Seen], expected: &str) -> bool {
    let mut calls = calls.iter().map(|seen| seen.call.as_str()).peekable();
    let matches = expected.split_whitespace().all(|call| {
        let (call, often) = match call.strip_suffix('+') {
            Some(call) => (call, true),
            None => (call, false),
        };
        let first = calls.next() == Some(call);
        if often {
            while calls.next_if_eq(&call).is_some() {}
        }
        first
    });
    matches && calls.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(text: &str) -> Vec<Seen> {
        let seen = |call: &str| Seen {
            call: call.to_owned(),
            random: None,
        };
        text.split_whitespace().map(seen).collect()
    }

    #[test]
    fn calls_are_compared_one_by_one_and_in_order() {
        for (found, expected, holds) in [
            ("", "", true),
            ("import=0", "", false),
            ("", "import=0", false),
            ("import=- import=0", "import=- import=0", true),
            ("import=0 import=-", "import=- import=0", false),
            ("import=- import=- import=0", "import=-+ import=0", true),
            ("import=0", "import=-+ import=0", false),
            ("import=- import=0 import=0", "import=-+ import=0", false),
        ] {
            assert_eq!(is(&calls(found), expected), holds, "{found} | {expected}");
        }
    }
}
