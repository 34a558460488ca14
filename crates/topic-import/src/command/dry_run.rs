//! `import --dry-run`: what an import would do, and how long it would take.

use topic_import_bulk::check::Plan;

use crate::cli::import::ImportArguments;
use crate::cli::print::Output;
use crate::command::check;
use crate::exit::{CannotStart, Exit};
use crate::open::communities;
use crate::open::input;
use crate::open::journal::Place;
use crate::open::spread::with_placed;
use crate::show::out;
use crate::show::text;
use crate::show::time;

/// How many communities are listed at most.
const LISTED: usize = 20;

pub(crate) fn run(arguments: &ImportArguments) -> Result<Exit, CannotStart> {
    let input = communities::open(&arguments.communities, &arguments.input)?;
    let problems = input::problem_file(&arguments.input)?;
    let settings = with_placed(arguments.check_settings(), &arguments.communities)?;
    let rate = arguments.work.calls.quota().per_second();
    let see = input::note_shortened(&arguments.input);
    let (checked, plan) = topic_import_bulk::check::plan(&input, &settings, rate, see)
        .map_err(|error| CannotStart::new(text::chain(&error)))?;
    check::write_problems(problems, &checked)?;
    input::note_left_out(&checked, &arguments.input);
    communities::note_problems(&checked, &arguments.communities, &arguments.input);
    check::note_problems(&checked, &arguments.input);
    match arguments.work.output {
        Output::Json => out::json(&plan)?,
        Output::Text => print(&plan, arguments)?,
    }
    let place = match Place::of(arguments)? {
        Some(place) => place,
        None => Place::of_content(arguments, checked.fingerprint)?,
    };
    if let Place::File(file) = place
        && file.path.exists()
    {
        let path = text::path(&file.path);
        out::note(&format!(
            "{path} exists already: an import would continue it"
        ));
    }
    if let Some(reason) = check::hindrance(&checked, arguments) {
        out::note(&reason);
        return Ok(Exit::CouldNotStart);
    }
    Ok(Exit::Done)
}

fn print(plan: &Plan, arguments: &ImportArguments) -> Result<(), CannotStart> {
    let communities = text::communities(plan.communities);
    let first = match plan.new_communities {
        0 => String::new(),
        new => format!("{}, and then ", text::communities(new)),
    };
    out::line(&format!(
        "{first}{} would be created in {communities}: {} in {}",
        text::count(plan.topics, "topic"),
        text::count(plan.bytes, "byte"),
        text::count(plan.calls, "call"),
    ))?;
    out::line(&match plan.seconds {
        Some(seconds) => format!(
            "at {} a second: {}",
            text::count(arguments.work.calls.rate.into(), "call"),
            time::seconds(seconds)
        ),
        None => "without a quota: as fast as the service answers".to_owned(),
    })?;
    if let Some(limit) = arguments.limit.filter(|limit| limit.get() < plan.rows) {
        out::line(&format!(
            "with --limit {limit}, only the first {} of {} are imported, and the others left for later",
            text::number(limit.get()),
            text::count(plan.rows, "row")
        ))?;
    }
    let names = |count| text::count(count, "name");
    out::line(&match (plan.names_too_long, plan.names_shortened) {
        (0, 0) => "every name fits".to_owned(),
        (0, shortened) => format!("{} shortened to fit", names(shortened)),
        (too_long, _) => format!("{} too long: --fit shortens them", names(too_long)),
    })?;
    if plan.invalid > 0 {
        let rows = text::count(plan.rows, "row");
        out::line(&format!(
            "{} of {rows} invalid: not counted above",
            text::number(plan.invalid)
        ))?;
    }
    for made in plan.made.iter().take(LISTED) {
        out::line(&communities::made_line(made))?;
    }
    let further = plan.made.len().saturating_sub(LISTED);
    if further > 0 {
        out::line(&format!("  … and {further} more communities are made"))?;
    }
    let is_made = |group_id: &str| {
        let mut made = plan.made.iter();
        made.any(|made| made.group_id.as_str() == group_id)
    };
    let further = plan.further_communities.keys();
    let further = further.filter(|group_id| !is_made(group_id)).count() as u64;
    if further > 0 {
        out::line(&format!(
            "{} for what is beyond the limit of others: each must be there as well",
            check::further_communities(further)
        ))?;
    }
    for (group_id, topics) in plan.by_community.iter().take(LISTED) {
        let topics = text::count(*topics, "topic");
        let over = match plan.over_limit.get(group_id) {
            Some(rows) => format!(
                ", and {} beyond its limit are left out",
                text::count(*rows, "row")
            ),
            None => String::new(),
        };
        let of = match plan.further_communities.get(group_id) {
            Some(further) => format!(" that name {}", further.of),
            None => String::new(),
        };
        out::line(&format!("  {group_id}: {topics}{of}{over}"))?;
    }
    let further = plan.by_community.len().saturating_sub(LISTED);
    if further > 0 {
        out::line(&format!("  … and {further} more"))?;
    }
    Ok(())
}
