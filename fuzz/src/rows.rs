//! Rows that are an object of JSON on each line.

use topic_import_bulk::input::{Format, ProblemRule, RowSettings};
use topic_import_core::{GroupId, TopicDraft};

use crate::choices::Choices;
use crate::sound::read_soundly;

const GROUP: &str = "@TGS#_a";

pub(crate) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let mut settings = RowSettings::default();
    let chosen = choices.byte();
    settings.group_id = (chosen & 1 > 0).then(|| GroupId::parse(GROUP).unwrap());
    settings.fit = chosen & 2 > 0;
    settings.time_zone = (chosen & 4 > 0).then(|| "Asia/Shanghai".parse().unwrap());
    let bytes = choices.rest();
    let Some((rows, _)) = read_soundly(&Format::Jsonl, &settings, bytes) else {
        return;
    };
    let Some(lines) = lines(bytes) else {
        return;
    };
    assert_eq!(rows.len(), lines.len());
    for (row, line) in rows.iter().zip(lines) {
        let Ok(mut draft) = serde_json::from_str::<TopicDraft>(line) else {
            continue;
        };
        let group = settings.group_id.as_ref().map(|id| id.as_str().to_owned());
        draft.group_id = draft.group_id.or(group);
        // What is a request already is read as this request, unless nobody could read its name.
        if let Ok(topic) = draft.validate() {
            match &row.topic {
                Ok(found) => assert_eq!(*found, topic),
                Err(problems) => assert!(problems.iter().all(is_of_what_is_seen), "{problems:?}"),
            }
        }
    }
}

fn is_of_what_is_seen(problem: &topic_import_bulk::input::Problem) -> bool {
    matches!(
        problem.rule,
        ProblemRule::ControlCharacter | ProblemRule::NothingVisible
    )
}

/// The lines in which something stands, of a text that nobody takes for anything but UTF-8.
fn lines(bytes: &[u8]) -> Option<Vec<&str>> {
    let is_plain = !bytes.iter().take(4).any(|byte| *byte == 0) && !bytes.starts_with(b"PK");
    let text = str::from_utf8(bytes).ok().filter(|_| is_plain)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.split('\n');
    Some(lines.filter(|line| !line.trim_ascii().is_empty()).collect())
}
