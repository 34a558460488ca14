use std::sync::LazyLock;

use metrics::{Key, Label};
use topic_import_core::{Code, Command, DestroyTopic, GetTopic, ImportTopic, Operation};

use crate::{
    ATTEMPT_DURATION, ATTEMPTS, CALL_DURATION, CALLS, QUOTA_WAIT, REFUSALS, REPEATS, THROTTLED,
};

const COMMANDS: [Command; 3] = [
    ImportTopic::COMMAND,
    GetTopic::COMMAND,
    DestroyTopic::COMMAND,
];
const OUTCOMES: [&str; 6] = [
    "done",
    "rejected",
    "conflict",
    "unknown",
    "not_executed",
    "dropped",
];
const RESULTS: [&str; 6] = [
    "done",
    "refused",
    "not_sent",
    "maybe_sent",
    "status",
    "unreadable",
];
const OTHER: &str = "other";

/// The keys of one command, made once: a call makes none.
pub(crate) struct Keys {
    command: &'static str,
    calls: Vec<(&'static str, Key)>,
    pub(crate) call_duration: Key,
    attempts: Vec<(&'static str, Key)>,
    pub(crate) attempt_duration: Key,
    pub(crate) repeats: Key,
    pub(crate) throttled: Key,
    pub(crate) quota_wait: Key,
}

impl Keys {
    pub(crate) fn of(command: Command) -> &'static Self {
        static KEYS: LazyLock<Vec<Keys>> = LazyLock::new(|| {
            let names = COMMANDS.map(Command::name);
            names.into_iter().chain([OTHER]).map(Keys::new).collect()
        });
        KEYS.iter()
            .find(|keys| keys.command == command.name())
            .unwrap_or(&KEYS[COMMANDS.len()])
    }

    fn new(command: &'static str) -> Self {
        let key = |name| Key::from_parts(name, vec![of_command(command)]);
        let by = |name, label, values: [&'static str; 6]| {
            let values = values.into_iter().chain([OTHER]);
            let key = |value| {
                let labels = vec![of_command(command), Label::from_static_parts(label, value)];
                (value, Key::from_parts(name, labels))
            };
            values.map(key).collect()
        };
        Self {
            command,
            calls: by(CALLS, "outcome", OUTCOMES),
            call_duration: key(CALL_DURATION),
            attempts: by(ATTEMPTS, "result", RESULTS),
            attempt_duration: key(ATTEMPT_DURATION),
            repeats: key(REPEATS),
            throttled: key(THROTTLED),
            quota_wait: key(QUOTA_WAIT),
        }
    }

    pub(crate) fn calls(&self, outcome: &str) -> &Key {
        find(&self.calls, outcome)
    }

    pub(crate) fn attempts(&self, result: &str) -> &Key {
        find(&self.attempts, result)
    }

    /// Made for each refusal: they are rare.
    pub(crate) fn refusals(&self, code: Code) -> Key {
        let code = match code.entry() {
            Some(entry) => Label::new("code", entry.code.get().to_string()),
            None => Label::from_static_parts("code", OTHER),
        };
        Key::from_parts(REFUSALS, vec![of_command(self.command), code])
    }
}

fn of_command(command: &'static str) -> Label {
    Label::from_static_parts("command", command)
}

/// The last key is that of whatever has none.
fn find<'a>(keys: &'a [(&'static str, Key)], value: &str) -> &'a Key {
    let of_value = keys.iter().find(|(of, _)| *of == value);
    let (_, key) = of_value.unwrap_or(&keys[keys.len() - 1]);
    key
}
