//! Which source becomes which community, and communities that a run makes.

use std::fmt::Write as _;

use serde_json::Value;
use topic_import_bulk::input::{Communities, CommunitiesFormat, Groups, GroupsError};
use topic_import_core::GroupDraft;

use crate::choices::Choices;

pub(crate) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    match choices.byte() % 4 {
        0 | 1 => groups(choices.rest()),
        2 => communities(CommunitiesFormat::Jsonl, choices),
        _ => communities(CommunitiesFormat::Csv, choices),
    }
}

fn groups(bytes: &[u8]) {
    let groups = match Groups::read(bytes) {
        Ok(groups) => groups,
        Err(error) => {
            match &error {
                GroupsError::Line { line, what } | GroupsError::Encoding { line, what } => {
                    assert!(*line > 0 && !what.is_empty());
                }
                other => panic!("{other}"),
            }
            let said = error.to_string();
            assert!(!said.chars().any(char::is_control), "{said:?}");
            return;
        }
    };
    let mut csv = "source,GroupId\n".to_owned();
    for source in groups.sources() {
        let group = groups.get(source).unwrap();
        let cells = [source, group.as_str()].map(|cell| cell.replace('"', "\"\""));
        writeln!(csv, "\"{}\",\"{}\"", cells[0], cells[1]).unwrap();
    }
    let again = Groups::read(csv.as_bytes()).unwrap();
    assert!(again.sources().eq(groups.sources()), "{csv}");
    for source in groups.sources() {
        assert_eq!(again.get(source), groups.get(source));
    }
    if !groups.describe_communities() {
        assert_eq!(again, groups);
    }
}

fn communities(format: CommunitiesFormat, mut choices: Choices<'_>) {
    let fit = choices.byte() & 1 > 0;
    let communities = Communities::read(choices.rest(), format, fit).unwrap();
    let rows = communities.rows();
    assert!(rows.is_sorted_by(|a, b| a.line < b.line));
    let problems = rows
        .iter()
        .filter_map(|row| Some((row.line, row.community.as_ref().err()?)));
    for (line, problems) in problems.clone() {
        assert!(!problems.is_empty());
        assert!(problems.iter().all(|problem| problem.line == line));
    }
    let problems = problems.map(|(_, problems)| problems);
    for problem in problems.flatten().chain(communities.header_problems()) {
        assert!(problem.line > 0 && !problem.message.is_empty());
        let said = problem.to_string();
        assert!(!said.chars().any(char::is_control), "{said:?}");
    }
    if !communities.header_problems().is_empty() {
        return;
    }
    let sound: Vec<_> = rows
        .iter()
        .filter_map(|row| row.community.as_ref().ok())
        .collect();
    let lines: Vec<String> = sound
        .iter()
        .map(|community| serde_json::to_string(&**community.request()).unwrap())
        .collect();
    for (line, community) in lines.iter().zip(&sound) {
        let draft: GroupDraft = serde_json::from_str(line).unwrap();
        assert_eq!(draft.validate().as_ref(), Ok(&**community.request()));
        let json: Value = serde_json::from_str(line).unwrap();
        assert_eq!(json["GroupId"], community.group_id().as_str());
    }
    let again = Communities::read(lines.join("\n").as_bytes(), CommunitiesFormat::Jsonl, false);
    let again = again.unwrap();
    assert_eq!(again.rows().len(), sound.len());
    for (row, community) in again.rows().iter().zip(sound) {
        assert_eq!(
            row.community.as_ref().unwrap().request(),
            community.request()
        );
    }
}
