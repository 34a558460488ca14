//! Exports and answers of other chat systems.

use topic_import_bulk::input::{Format, RowSettings};
use topic_import_core::GroupId;

use crate::choices::Choices;
use crate::sound::{EXPORTS, json, outcomes, read, read_soundly};

/// The sources in whose exports each line is a document.
const OF_LINES: [&str; 3] = ["mattermost", "rocketchat", "stream"];

pub(crate) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let export = choices.of(&EXPORTS);
    let chosen = choices.byte();
    let mut settings = RowSettings::default();
    settings.group_id = (chosen & 1 > 0).then(|| GroupId::parse("@TGS#_a").unwrap());
    settings.include_archived = chosen & 2 > 0;
    settings.include_private = chosen & 4 > 0;
    settings.create_communities = chosen & 8 > 0;
    settings.fit = chosen & 16 > 0;
    settings.time_zone = (chosen & 32 > 0).then(|| "Europe/Berlin".parse().unwrap());
    let is_of_lines = OF_LINES.contains(&export.name());
    let format = Format::Export(export);
    let bytes = choices.rest();
    read_soundly(&format, &settings, bytes);

    let Some(value) = json(bytes).filter(|_| !is_of_lines) else {
        return;
    };
    let rows = |text: String| {
        let (rows, end) = read(&format, &settings, text.as_bytes()).unwrap();
        let left_out: Vec<_> = end.left_out.counts().collect();
        (
            outcomes(&rows),
            left_out,
            end.has_more_pages,
            end.problems.len(),
        )
    };
    // White space means nothing.
    let plain = rows(value.to_string());
    assert_eq!(rows(format!("{value:#}")), plain, "{value}");
}
