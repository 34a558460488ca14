//! Communities that a run is to make before its topics, and whether they are as wanted.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};
use topic_import_bulk::journal::StoredRow;
use topic_import_emulator::{Command, State};

use crate::rows::Row;

/// A line of the list of communities.
#[derive(Clone, Debug)]
pub(crate) struct Community {
    pub(crate) group_id: String,
    name: String,
    introduction: Option<String>,
    /// When its oldest topic was created, or earlier.
    create_time: Option<u32>,
}

/// The communities of rows, and so many in which no topic is.
pub(crate) fn of(rows: &[Row], empty: u32, chance: &mut Rng) -> Vec<Community> {
    let mut oldest: BTreeMap<String, Option<u32>> = BTreeMap::new();
    for row in rows {
        let time = oldest.entry(row.group_id.clone()).or_default();
        *time = match (*time, row.create_time()) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
    let empty = (0..empty).map(|number| (format!("@TGS#_empty-{number}"), Some(number)));
    let mut communities: Vec<Community> = oldest
        .into_iter()
        .chain(empty)
        .enumerate()
        .map(|(number, (group_id, create_time))| Community {
            group_id,
            name: format!("Community {number} 社群"),
            introduction: chance.bool().then(|| "a \"quote\"\nand a line".to_owned()),
            create_time,
        })
        .collect();
    chance.shuffle(&mut communities);
    communities
}

impl Community {
    fn json(&self) -> Value {
        let mut json = json!({"GroupId": self.group_id, "Name": self.name});
        if let Some(introduction) = &self.introduction {
            json["Introduction"] = json!(introduction);
        }
        if let Some(time) = self.create_time {
            json["CreateTime"] = json!(time);
        }
        json
    }
}

/// The communities as JSON Lines.
pub(crate) fn jsonl(communities: &[Community]) -> String {
    let lines = communities
        .iter()
        .map(|community| community.json().to_string());
    lines.collect::<Vec<_>>().join("\n")
}

/// Fails unless every community is there by the journal and at the service, once and as wanted.
#[track_caller]
pub(crate) fn assert_settled(communities: &[Community], journal: &[StoredRow], state: &State) {
    assert_eq!(journal.len(), communities.len());
    for (community, kept) in communities.iter().zip(journal) {
        assert!(kept.outcome.is_there(), "{kept:?}");
        let request = kept.community().unwrap();
        assert_eq!(request.group_id().as_str(), community.group_id);
        let found = state.group(&community.group_id);
        let found = found.unwrap_or_else(|| panic!("{community:?} is not there"));
        assert_eq!(found.name, community.name);
        assert_eq!(found.introduction, community.introduction);
        assert!(found.support_topic, "{found:?}");
        let is_dated = community
            .create_time
            .is_none_or(|time| time == found.create_time);
        assert!(is_dated, "{community:?} is {found:?}");
    }
    assert_eq!(state.groups_len(), communities.len());
    assert_eq!(made(state), communities.len(), "each was made once");
}

/// How many calls made a community.
fn made(state: &State) -> usize {
    let calls = state.calls().into_iter();
    let made = calls.filter(|call| call.command == Some(Command::ImportGroup));
    made.filter(|call| call.performed == Some(0)).count()
}

/// Fails where a community was asked for once topics were: each of them was settled before.
#[track_caller]
pub(crate) fn assert_came_first(state: &State) {
    let calls = state.calls();
    let is = |command| move |call: &topic_import_emulator::Call| call.command == Some(command);
    let first_topic = calls.iter().position(is(Command::ImportTopic)).unwrap();
    assert!(!calls[first_topic..].iter().any(is(Command::ImportGroup)));
}

/// How many calls there were for communities.
pub(crate) fn calls(state: &State) -> String {
    let calls = state.calls();
    let of = |command| {
        calls
            .iter()
            .filter(|call| call.command == Some(command))
            .count()
    };
    format!(
        "{} to import communities, {} to look them up",
        of(Command::ImportGroup),
        of(Command::GetGroupInfo)
    )
}
