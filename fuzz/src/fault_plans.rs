//! What the emulator is told to do, and what it has kept of an earlier run.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use topic_import_emulator::{Community, Difference, Fault, FaultPlan, SavedState, StateFileError};

use crate::choices::Choices;

pub(crate) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let kind = choices.byte() % 5;
    let rest = choices.rest();
    let text = String::from_utf8_lossy(rest);
    match kind {
        0 => read::<FaultPlan>(&text),
        1 => read::<Fault>(&text),
        2 => read::<Community>(&text),
        3 => read::<Difference>(&text),
        _ => saved_state(rest),
    }
}

/// What is displayed is read as the same, and why something is refused is said on one line.
fn read<T: FromStr<Err: Display + Debug> + Display + Debug + PartialEq>(text: &str) {
    match text.parse::<T>() {
        Ok(value) => {
            let shown = value.to_string();
            let again = shown.parse::<T>();
            assert_eq!(again.ok().as_ref(), Some(&value), "{shown:?}");
        }
        Err(error) => {
            let said = error.to_string();
            assert!(!said.is_empty());
            assert!(!said.chars().any(char::is_control), "{said:?}");
        }
    }
}

fn saved_state(bytes: &[u8]) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    match SavedState::read(file.path()) {
        Ok(state) => {
            let topics = state.topics();
            assert_eq!(topics.len(), state.topics_len());
            for topic in topics {
                let found = state.topic(&topic.topic_id).unwrap();
                assert_eq!(found.profile.topic_name, topic.profile.topic_name);
            }
        }
        Err(StateFileError::Line { line, .. }) => assert!(line > 0),
        Err(error) => panic!("{error}"),
    }
    assert_eq!(std::fs::read(file.path()).unwrap(), bytes);
}
