//! What is tried before anything is imported: the account, and the communities that rows name.

use std::future;
use std::sync::Arc;

use serde::Serialize;
use topic_import_async::Client;
use topic_import_bulk::calls::{CallSettings, StopReason, WorkProgress};
use topic_import_bulk::check::NamedCommunity;
use topic_import_bulk::preflight::{self, CommunityFault, CommunityProblem, Preflight};
use topic_import_core::Code;

use crate::cli::calls::CallArguments;
use crate::exit::Exit;
use crate::interrupt::Interrupts;
use crate::show::explanation;
use crate::show::out;
use crate::show::progress::{Progress, Work};
use crate::show::text;
use crate::show::time;

/// How many problems are said; as JSON, `check --online` lists them all.
const MOST: usize = 20;

/// Tries the account, and looks up communities. Ctrl-C ends the program meanwhile, as nothing has begun.
pub(crate) async fn preflight(
    client: &Client,
    communities: &[NamedCommunity],
    arguments: &CallArguments,
    interrupts: &Interrupts,
) -> Preflight {
    let mut settings = CallSettings::default();
    settings.give_up_after = arguments.give_up_after;
    let live = Arc::new(WorkProgress::default());
    let (thing, total) = match communities.len() {
        0 => ("account", 1),
        communities => ("community", communities as u64),
    };
    let work = Work {
        thing,
        total,
        done: "looked up, no row sent",
        done_before: 0,
        failed: "not fit for topics",
        quota: arguments.quota().per_second(),
        changes: false,
        stopped: Exit::CouldNotStart,
        then: "To begin again",
    };
    let _progress = Progress::start(&live, work, arguments.quiet, interrupts);
    let never = future::pending();
    preflight::preflight(client, communities, &settings, &live, never).await
}

/// Says what stands in the way of an import; whether nothing does.
pub(crate) fn note(found: &Preflight, file: &str) -> bool {
    note_problems(
        found,
        file,
        "`topic-import check` with --online and --output json",
    );
    if let Some(why) = stopped(found) {
        out::note(&format!("topic-import: {why}"));
    } else if !found.problems.is_empty() {
        let unfit = found.problems.len();
        let communities = text::communities(found.communities);
        out::note(&format!(
            "topic-import: {unfit} of {communities} cannot be relied on; nothing was imported.\n\
             Correct that, create missing ones with --create-communities or --communities,\n\
             or import with --skip-preflight: the rows of the communities named above are then held."
        ));
    }
    found.is_passed()
}

/// Says of each community that is not fit for topics which rows name it. `all` is what lists all of them, where they are
/// too many.
pub(crate) fn note_problems(found: &Preflight, file: &str, all: &str) {
    let shown = found.problems.iter().take(MOST);
    for problem in shown {
        out::note(&problem_line(problem, file));
    }
    let further = found.problems.len().saturating_sub(MOST);
    if further > 0 {
        let further = text::number(further as u64);
        out::note(&format!("… and {further} more of them: {all} lists all"));
    }
}

fn problem_line(problem: &CommunityProblem, file: &str) -> String {
    let NamedCommunity {
        group_id,
        rows,
        first_lines,
        ..
    } = &problem.community;
    let first = first_lines.first().copied().unwrap_or_default();
    let rows = match &first_lines[..] {
        [_] | [] => text::count(*rows, "row"),
        lines => {
            let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
            let more = if *rows > lines.len() as u64 {
                " …"
            } else {
                ""
            };
            format!("{rows} rows, on lines {}{more}", lines.join(", "))
        }
    };
    format!(
        "{file}:{first}: {group_id} ({rows}): {}",
        in_words(&problem.fault)
    )
}

fn in_words(fault: &CommunityFault) -> String {
    match fault {
        CommunityFault::NotKnown(error) => {
            format!("could not be looked up: {}", explanation::list_error(error))
        }
        CommunityFault::Missing => {
            let remedy = explanation::remedy_of(Code::NOT_THERE.remedy());
            format!("{}: {remedy}", Code::NOT_THERE.meaning())
        }
        fault => text::one_line(fault),
    }
}

/// Why not all was looked up; `None` where it was.
pub(crate) fn stopped(found: &Preflight) -> Option<String> {
    Some(match found.stopped.as_ref()? {
        StopReason::EveryCallFails(error) => format!("stopped: {}", explanation::stopped_by(error)),
        StopReason::GaveUp(error) => format!("gave up: {}", explanation::stopped_by(error)),
        reason => format!("stopped: {}", text::chain(reason)),
    })
}

/// What was looked up, in words.
pub(crate) fn summary(found: &Preflight) -> String {
    let Preflight {
        communities,
        problems,
        calls,
        seconds,
        ..
    } = found;
    let fit = match (*communities, problems.len()) {
        (0, _) => "the account may call".to_owned(),
        (_, 0) => format!("{} looked up, no problems", text::communities(*communities)),
        (_, unfit) => format!(
            "{} looked up, {unfit} not to be relied on",
            text::communities(*communities)
        ),
    };
    let (calls, time) = (text::count(*calls, "call"), time::seconds(*seconds));
    format!("{fit}; {calls} in {time}")
}

/// What was looked up, for scripts.
#[derive(Serialize)]
pub(crate) struct Online<'a> {
    communities: u64,
    problems: Vec<OnlineProblem<'a>>,
    calls: u64,
    seconds: f64,
}

#[derive(Serialize)]
struct OnlineProblem<'a> {
    #[serde(rename = "GroupId")]
    group_id: &'a str,
    rows: u64,
    first_lines: &'a [u64],
    message: String,
}

impl<'a> From<&'a Preflight> for Online<'a> {
    fn from(found: &'a Preflight) -> Self {
        let problems = found.problems.iter().map(|problem| OnlineProblem {
            group_id: problem.community.group_id.as_str(),
            rows: problem.community.rows,
            first_lines: &problem.community.first_lines,
            message: in_words(&problem.fault),
        });
        Self {
            communities: found.communities,
            problems: problems.collect(),
            calls: found.calls,
            seconds: found.seconds,
        }
    }
}
