//! Where an earlier run has put its topics.

use topic_import_bulk::check::{CheckSettings, Placed};
use topic_import_bulk::report::RowFormat;

use crate::cli::input::CommunityArguments;
use crate::exit::CannotStart;
use crate::show::text;

/// What an input is checked against, with the map that the arguments name.
pub(crate) fn with_placed(
    mut settings: CheckSettings,
    arguments: &CommunityArguments,
) -> Result<CheckSettings, CannotStart> {
    let (Some(spread), Some(path)) = (&mut settings.spread, &arguments.placed) else {
        return Ok(settings);
    };
    let format = RowFormat::from_extension(path).ok_or_else(|| {
        CannotStart::new(format!(
            "--placed {}: the name must end in .jsonl or .csv, which says how the map is written",
            text::path(path)
        ))
    })?;
    let placed = Placed::file(path, format)
        .map_err(|error| CannotStart::new(format!("--placed: {}", text::chain(&error))))?;
    spread.placed = Some(placed);
    Ok(settings)
}
