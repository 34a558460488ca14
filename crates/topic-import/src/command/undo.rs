//! `undo`: destroys the topics and the communities that a run created.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;

use serde_json::json;
use topic_import_bulk::Outcome;
use topic_import_bulk::calls::WorkProgress;
use topic_import_bulk::journal::{Journal as _, JournalError, OpenJournal, Summary};
use topic_import_bulk::request::Kind;
use topic_import_bulk::sweep::{LeftReason, LeftRow, UndoEnd, UndoPlan};
use topic_import_core::{Code, Command, Refusal};

use crate::cli::calls::SweepArguments;
use crate::cli::print::Output;
use crate::cli::undo::UndoArguments;
use crate::command::sweep::{self, Target};
use crate::exit::{CannotStart, Exit};
use crate::interrupt::Interrupts;
use crate::open::journal::{self, Access, heeding};
use crate::show::explanation::{self, Explanation};
use crate::show::first_of_each::FirstOfEach;
use crate::show::json::{self, JsonList, Member};
use crate::show::out;
use crate::show::progress::Progress;
use crate::show::text;

/// What an operator types to confirm.
const CONSENT: &str = "yes";

pub(crate) fn run(arguments: &UndoArguments, interrupts: &Interrupts) -> Result<Exit, CannotStart> {
    let is_confirmed = arguments.yes;
    let arguments = &arguments.sweep;
    let target = Target::of(arguments, Access::Change, interrupts)?;
    let cannot_use = |error: JournalError| sweep::cannot_use(&error);
    let journal = &target.journal;
    let before = target
        .runtime
        .block_on(heeding(journal, journal.summary()))
        .map_err(cannot_use)?;
    if before.imported + before.communities.of(Outcome::Imported) > 0 && !is_confirmed {
        let plan = UndoPlan::of(&target.journal, &target.connection.target);
        let plan = target.runtime.block_on(heeding(journal, plan));
        let plan = plan.map_err(cannot_use)?;
        confirm(&plan, &target)?;
    }
    let mut left = Left::new(arguments.print.output);
    let ended = target
        .runtime
        .block_on(undo(&target, &before, arguments, &mut left));
    let mut end = match ended {
        Ok(end) => end,
        Err(error) => return journal::not_begun(&error, explanation::given_journal_error(&error)),
    };
    left.note_untold();
    note(&end.summary, &target.journal_in_a_command);
    let exit = exit(&end);
    if let Some(reason) = end.stopped.take() {
        sweep::note_stop(
            reason,
            interrupts,
            "It will continue with the topics that are left.",
        );
    }
    let printed = match arguments.print.output {
        Output::Json => print_json(&end, &before, left.list),
        Output::Text => out::line(&in_words(&end, &before)),
    };
    Ok(match printed {
        Ok(()) => exit,
        Err(error) => sweep::unprinted(&error, exit),
    })
}

/// Says what is about to be destroyed, and returns an error unless somebody confirms it.
fn confirm(plan: &UndoPlan, target: &Target<'_>) -> Result<(), CannotStart> {
    let UndoPlan {
        topics,
        communities,
        own_communities,
        sdk_app_id,
        origin,
        ..
    } = plan;
    let topics = (*topics > 0).then(|| {
        let topics = text::count(*topics, "topic");
        format!("{topics} in {}", text::communities(*communities))
    });
    let own = (*own_communities > 0).then(|| {
        let them = if *own_communities == 1 { "it" } else { "them" };
        let own = text::communities(*own_communities);
        format!("{own}, unless other topics are in {them}")
    });
    let all: Vec<String> = topics.into_iter().chain(own).collect();
    let run = match &target.journal {
        OpenJournal::File(_) => format!("in {}", target.journal_name),
        _ => target.journal_name.clone(),
    };
    out::note(&format!(
        "topic-import: this destroys what the run {run} created in app {} at {}, with everything in it:\n\
         {}. It cannot be undone.",
        text::one_line(sdk_app_id),
        text::one_line(origin),
        all.join(", and then "),
    ));
    if !io::stdin().is_terminal() {
        return Err(CannotStart::new(
            "nothing was destroyed: standard input is not a terminal, so nobody can confirm.\nTo destroy the topics without confirmation, give --yes.",
        ));
    }
    // If this cannot be shown, nobody will confirm either.
    let _ = write!(io::stderr(), "Type {CONSENT} to destroy them: ");
    let mut typed = String::new();
    let read = io::stdin().read_line(&mut typed);
    read.map_err(|error| CannotStart::new(format!("cannot read standard input: {error}")))?;
    if typed.trim() == CONSENT {
        Ok(())
    } else {
        Err(CannotStart::new("nothing was destroyed, as asked"))
    }
}

async fn undo(
    target: &Target<'_>,
    before: &Summary,
    arguments: &SweepArguments,
    left: &mut Left,
) -> Result<UndoEnd, JournalError> {
    let live = Arc::new(WorkProgress::default());
    let all = before.imported + before.communities.of(Outcome::Imported);
    let work = sweep::destroying(all, arguments);
    let progress = Progress::start(&live, work, arguments.calls.quiet, target.interrupts);
    topic_import_bulk::sweep::undo(
        &target.connection.client,
        &target.journal,
        &target.settings,
        &live,
        progress.stop(),
        |row| progress.suspend(|| left.take(row)),
    )
    .await
}

/// What could not be destroyed: told one by one as it is found, the first of each kind, or listed for scripts.
struct Left {
    output: Output,
    told: FirstOfEach<(Kind, Option<Code>)>,
    list: JsonList,
}

impl Left {
    fn new(output: Output) -> Self {
        Self {
            output,
            told: FirstOfEach::default(),
            list: JsonList::new(),
        }
    }

    fn take(&mut self, row: &LeftRow<'_>) {
        let (kind, code) = (row.id.kind(), row.reason.code());
        match self.output {
            Output::Json => {
                let name = match kind {
                    Kind::Community => "GroupId",
                    Kind::Topic => "TopicId",
                };
                let mut told = json!(row.place);
                told[name] = row.id.as_str().into();
                told["code"] = code.map(Code::get).into();
                told["message"] = why_left(row).into();
                self.list.push(&told);
            }
            Output::Text if self.told.take((kind, code)) => {
                let id = text::one_line(row.id.as_str());
                let why = why_left(row);
                let place = sweep::line_of(kind, row.place);
                out::note(&format!("{place}: {id}: left: {why}"));
            }
            Output::Text => {}
        }
    }

    fn note_untold(&self) {
        let more = self.told.untold();
        if more > 0 {
            let more = text::number(more);
            out::note(&format!(
                "… and {more} more left, for the same reasons: --output json lists all"
            ));
        }
    }
}

fn why_left(row: &LeftRow<'_>) -> String {
    match row.reason {
        LeftReason::InUse(topics) => {
            let topics = text::count(topics, "topic");
            format!("{topics} in it that this did not destroy: destroy them first, or keep it")
        }
        LeftReason::Refused(topic) => {
            let refusal = Refusal::new(Command::DESTROY_TOPIC, topic.code, &*topic.info);
            Explanation::of_refusal(&refusal).to_string()
        }
        LeftReason::Call(error) => explanation::list_error(error),
        _ => "the service did not say what became of it".into(),
    }
}

/// Says what was left alone, why, and how to remove it knowingly.
fn note(summary: &Summary, journal: &str) {
    let Summary {
        existing,
        in_flight,
        unknown,
        ref communities,
        ..
    } = *summary;
    let existing_communities = communities.of(Outcome::Existing);
    if existing + existing_communities > 0 {
        let parts = [
            (existing_communities > 0).then(|| text::communities(existing_communities)),
            (existing > 0).then(|| text::count(existing, "topic")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        out::note(&format!(
            "topic-import: left alone: {}, existing: there before this run, or of a call whose answer was lost.\n\
             If another run of yours created them, undo that run. Otherwise find them (outcome existing) with\n\
             topic-import report {journal} --rows FILE.csv\n\
             and remove those that are to go with the service's destroy_topic or destroy_group.",
            parts.join(" and ")
        ));
    }
    let open = communities.of(Outcome::InFlight) + communities.of(Outcome::Unknown);
    if open > 0 {
        out::note(&format!(
            "topic-import: left alone: {} that may be there, or not. Run the import again with --retry unknown to settle it, and undo again.",
            text::communities(open)
        ));
    }
    if in_flight > 0 {
        let rows = text::count(in_flight, "row");
        let remedy = if summary.is_undone() {
            "Run the import again, which settles them and sends no other row, and undo again."
                .into()
        } else {
            format!(
                "Running the import again settles them, and sends the rows that are left too. Otherwise find them\n\
                 (outcome in_flight) with `topic-import report {journal} --rows FILE.csv`, and look for them."
            )
        };
        out::note(&format!(
            "topic-import: left alone: {rows} in flight: their topics may be there, or not. {remedy}"
        ));
    }
    if unknown > 0 {
        out::note(&format!(
            "topic-import: left alone: {} whose outcome is unknown: their topics may be there, or not. Look for them.",
            text::count(unknown, "row")
        ));
    }
}

fn print_json(end: &UndoEnd, before: &Summary, left: JsonList) -> Result<(), CannotStart> {
    let summary = &end.summary;
    let mut members = vec![
        ("destroyed", Member::Number(end.destroyed)),
        ("destroyed_before", Member::Number(before.destroyed)),
        ("left", Member::Array(left.finish()?)),
        (
            "not_tried",
            Member::Number(summary.imported.saturating_sub(end.left)),
        ),
        ("existing_left_alone", Member::Number(summary.existing)),
        ("in_flight", Member::Number(summary.in_flight)),
        ("unknown", Member::Number(summary.unknown)),
    ];
    if !summary.communities.are_none() {
        let communities = vec![
            ("destroyed", Member::Number(end.communities_destroyed)),
            ("left", Member::Number(end.communities_left)),
            (
                "not_tried",
                Member::Number(
                    summary
                        .communities
                        .of(Outcome::Imported)
                        .saturating_sub(end.communities_left),
                ),
            ),
            (
                "existing_left_alone",
                Member::Number(summary.communities.of(Outcome::Existing)),
            ),
        ];
        members.push(("communities", Member::Object(communities)));
    }
    json::print_object(members)
}

fn in_words(end: &UndoEnd, before: &Summary) -> String {
    let earlier = match before.destroyed {
        0 => String::new(),
        1 => ", 1 was destroyed before".into(),
        earlier => format!(", {} were destroyed before", text::number(earlier)),
    };
    let left = match end.summary.imported {
        0 => String::new(),
        left => format!(", {left} left"),
    };
    let existing = match end.summary.existing {
        0 => String::new(),
        existing => format!(", {} existing left alone", text::number(existing)),
    };
    let communities = match (end.communities_destroyed, end.communities_left) {
        (0, 0) => String::new(),
        (destroyed, 0) => format!("{} destroyed; ", text::communities(destroyed)),
        (destroyed, left) => format!("{} destroyed, {left} left; ", text::communities(destroyed)),
    };
    format!(
        "{communities}{} destroyed{earlier}{left}{existing}; {}",
        text::count(end.destroyed, "topic"),
        text::calls(&end.summary),
    )
}

fn exit(end: &UndoEnd) -> Exit {
    match &end.stopped {
        Some(reason) => sweep::exit(reason, end.may_have_sent),
        None if end.is_complete() => Exit::Done,
        None => Exit::Incomplete,
    }
}
