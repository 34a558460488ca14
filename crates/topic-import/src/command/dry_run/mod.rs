//! `import --dry-run`: what an import would do, and how long it would take.

mod found;

use std::num::NonZeroU64;

use serde::Serialize;
use topic_import_bulk::check::{CheckReport, Delta, Plan};
use topic_import_bulk::input::Format;
use topic_import_bulk::journal::FailureCount;
use topic_import_bulk::request::Kind;
use topic_import_bulk::{Outcome, Retry};

use self::found::{Checked, Found, InJson, Standing, Would};
use crate::cli::import::ImportArguments;
use crate::cli::print::Output;
use crate::command::check;
use crate::exit::{CannotStart, Exit};
use crate::open::communities;
use crate::open::input;
use crate::open::spread::with_placed;
use crate::show::delta;
use crate::show::explanation::{self, Explanation};
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
    let (checked, mut plan, rows) = topic_import_bulk::check::plan(&input, &settings, rate, see)
        .map_err(|error| CannotStart::new(text::chain(&error)))?;
    check::write_problems(problems, &checked, &arguments.input)?;
    input::note_left_out(&checked, &arguments.input);
    communities::note_problems(&checked, &arguments.communities, &arguments.input);
    check::note_problems(&checked, &arguments.input);
    let found = found::find(
        arguments,
        Checked {
            report: &checked,
            rows: &rows,
            run: &|target, fingerprint| target.with_input(&input, fingerprint, &settings),
        },
    )?;
    if let Some(words) = found.as_ref().and_then(|found| found.in_use.as_ref()) {
        out::note(words);
    }
    let would = found.as_ref().map_or(&Would::Begin, |found| &found.would);
    if let Would::Continue(standing) = would {
        standing.narrow(&mut plan);
        plan.set_rate(rate);
    } else if let Some(first) = arguments.limit {
        plan.limit(&rows, first, rate)
            .map_err(|error| CannotStart::new(text::chain(&error)))?;
    }
    match arguments.work.output {
        Output::Json => out::json(&Planned {
            plan: &plan,
            limit: arguments.limit,
            journal: found.as_ref().map(InJson::from),
        })?,
        Output::Text => print(&plan, found.as_ref(), input.format(), arguments)?,
    }
    Ok(conclude(would, &checked, arguments))
}

/// A plan for scripts, and the journal of the import.
#[derive(Serialize)]
struct Planned<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<NonZeroU64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    journal: Option<InJson<'a>>,
}

/// Says what stands in the way, and returns the exit status that the import would have as far as that is known.
fn conclude(would: &Would, checked: &CheckReport, arguments: &ImportArguments) -> Exit {
    match would {
        Would::Refuse { why, .. } => {
            out::note(&format!("topic-import: {why}"));
            return Exit::CouldNotStart;
        }
        Would::Continue(standing) => {
            if let Some(words) = &standing.destroyed {
                out::note(words);
            }
            return if standing.is_completed() {
                Exit::Done
            } else {
                Exit::Incomplete
            };
        }
        Would::Begin | Would::BeginAnew(_) => {}
    }
    if let Some(reason) = check::hindrance(checked, arguments) {
        out::note(&reason);
        return Exit::CouldNotStart;
    }
    // Rows that are skipped are not imported.
    if checked.has_problems() {
        Exit::Incomplete
    } else {
        Exit::Done
    }
}

fn print(
    plan: &Plan,
    found: Option<&Found>,
    format: &Format,
    arguments: &ImportArguments,
) -> Result<(), CannotStart> {
    let Some(Found { place, would, .. }) = found else {
        return print_plan(plan, arguments);
    };
    match would {
        Would::Begin => print_plan(plan, arguments),
        Would::BeginAnew(differences) => {
            out::line(&format!(
                "{place} was made for another run ({}), of which the service accepted nothing: it would be replaced",
                explanation::differences(differences)
            ))?;
            print_plan(plan, arguments)
        }
        Would::Continue(standing) => {
            out::line(&format!("{place} would be continued"))?;
            print_head(plan, arguments)?;
            print_standing(standing, &arguments.retry)?;
            print_communities(plan)
        }
        Would::Refuse { delta: None, .. } => {
            out::line("with another journal, the import would do this:")?;
            print_plan(plan, arguments)
        }
        Would::Refuse {
            delta: Some(delta), ..
        } => {
            out::line(&format!(
                "compared with the run in {place}: {}",
                delta::in_words(delta, format)
            ))?;
            // With a limit, the plan is of the first rows, and the differences are of all.
            if limit(plan, arguments).is_none() {
                out::line(&of_delta(delta, plan))?;
            }
            out::line("with another journal, into an app that has none of these topics yet:")?;
            print_plan(plan, arguments)
        }
    }
}

/// What another run with this plan would come to in the app of an earlier one.
fn of_delta(delta: &Delta, plan: &Plan) -> String {
    let known = delta.unchanged_there + delta.conflicts;
    let created = text::count(plan.topics.saturating_sub(known), "topic");
    let further = [
        (delta.unchanged_there, "found unchanged"),
        (
            delta.conflicts,
            "refused as conflicts, because they have changed",
        ),
    ];
    let further = further.into_iter().filter(|(count, _)| *count > 0);
    let further: Vec<String> = further
        .map(|(count, what)| format!(", {count} {what}"))
        .collect();
    let further = further.concat();
    let gone = match delta.gone.count {
        0 => "",
        _ => "; what is gone from the input stays in the app, because an import destroys nothing",
    };
    format!("with another journal, into the same app: {created} would be created{further}{gone}")
}

fn print_plan(plan: &Plan, arguments: &ImportArguments) -> Result<(), CannotStart> {
    print_head(plan, arguments)?;
    print_rows(plan)?;
    print_communities(plan)
}

/// How much would be created, and how long it would take.
fn print_head(plan: &Plan, arguments: &ImportArguments) -> Result<(), CannotStart> {
    if plan.calls == 0 {
        out::line("nothing would be created")?;
        return print_limit(plan, arguments);
    }
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
    print_limit(plan, arguments)
}

/// How many rows of the input are imported at most, if not all.
fn limit(plan: &Plan, arguments: &ImportArguments) -> Option<NonZeroU64> {
    arguments.limit.filter(|limit| limit.get() < plan.rows)
}

fn print_limit(plan: &Plan, arguments: &ImportArguments) -> Result<(), CannotStart> {
    let Some(limit) = limit(plan, arguments) else {
        return Ok(());
    };
    out::line(&format!(
        "with --limit {limit}, only the first {} of {} are imported, and the others left for later",
        text::number(limit.get()),
        text::count(plan.rows, "row")
    ))
}

/// What is there of a run already, and what would stay as it is.
fn print_standing(standing: &Standing, retry: &[Retry]) -> Result<(), CannotStart> {
    let summary = &standing.summary;
    let communities = &summary.communities;
    if !communities.are_none() {
        let there = communities.of(Outcome::Imported) + communities.of(Outcome::Existing);
        let all = text::communities(communities.rows);
        out::line(&format!("{there} of {all} already there"))?;
    }
    let there = summary.imported + summary.existing;
    let all = text::count(summary.rows, "row");
    out::line(&format!("{there} of {all} already there"))?;
    for kind in [Kind::Community, Kind::Topic] {
        let in_flight = standing.of(kind, Outcome::InFlight);
        if in_flight > 0 {
            let them = if in_flight == 1 { "it" } else { "them" };
            out::line(&format!(
                "{} in flight, which may be there already: the import settles {them}",
                things(kind, in_flight)
            ))?;
        }
        let held = of(&standing.remaining.tried, kind, Outcome::Held);
        let rows = held.iter().map(|count| count.rows).sum();
        if rows > 0 {
            let are = if rows == 1 { "is" } else { "are" };
            out::line(&format!(
                "{} {are} held so far, and will be held again unless the reason is gone:",
                things(kind, rows)
            ))?;
            print_reasons(&held)?;
        }
    }
    for kind in [Kind::Community, Kind::Topic] {
        for (outcome, rows) in standing.stays(kind) {
            let further = Retry::ALL
                .into_iter()
                .find(|retry| retry.outcome() == outcome);
            let remedy = match further.filter(|further| !retry.contains(further)) {
                Some(_) => format!(" (--retry {} tries valid rows again)", outcome.name()),
                None => String::new(),
            };
            out::line(&format!(
                "{} would stay {}{remedy}",
                things(kind, rows),
                outcome.name()
            ))?;
            if Outcome::FAILED.contains(&outcome) {
                print_reasons(&of(&standing.remaining.left, kind, outcome))?;
            }
        }
    }
    if standing.remaining.blocked > 0 {
        out::line(&format!(
            "{} would be held, not sent: the community that the run was to create is not there (see above)",
            text::count(standing.remaining.blocked, "topic")
        ))?;
    }
    Ok(())
}

fn things(kind: Kind, count: u64) -> String {
    match kind {
        Kind::Community => text::communities(count),
        Kind::Topic => text::count(count, "topic"),
    }
}

/// The counts of rows of this kind with this outcome.
fn of(counts: &[FailureCount], kind: Kind, outcome: Outcome) -> Vec<FailureCount> {
    let counts = counts.iter().copied();
    let counts = counts.filter(|count| (count.kind, count.outcome) == (kind, outcome));
    counts.collect()
}

fn print_reasons(failures: &[FailureCount]) -> Result<(), CannotStart> {
    let mut failures = failures.iter();
    failures.try_for_each(|failure| out::line(&reason_line(failure)))
}

fn reason_line(failure: &FailureCount) -> String {
    let why = match failure.code {
        Some(code) => Explanation::of_code(failure.kind, code),
        None => Explanation::of_outcome(failure.outcome),
    };
    format!("  {}: {why}", failure.rows)
}

/// What is known of the rows of an input that was just checked.
fn print_rows(plan: &Plan) -> Result<(), CannotStart> {
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
    Ok(())
}

/// Which communities would be made, and how many topics each of all would get.
fn print_communities(plan: &Plan) -> Result<(), CannotStart> {
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
