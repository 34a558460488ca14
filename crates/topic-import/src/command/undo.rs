//! `undo`: destroys the topics and the communities that a run created.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;

use serde_json::json;
use topic_import_bulk::journal::Journal as _;
use topic_import_bulk::request::Kind;
use topic_import_bulk::sweep::{LeftReason, LeftRow, UndoPlan};
use topic_import_bulk::{JournalError, Live, OpenJournal, Outcome, Summary, UndoEnd};
use topic_import_core::{Code, Command, Refusal};

use crate::cli::calls::SweepArguments;
use crate::cli::print::Output;
use crate::cli::undo::UndoArguments;
use crate::command::sweep::{self, Target};
use crate::exit::{CannotStart, Exit};
use crate::interrupt::Interrupts;
use crate::open::journal::{self, Access, heeding};
use crate::show::explanation::{self, Explanation};
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
    let mut left = JsonList::new();
    let ended = target
        .runtime
        .block_on(undo(&target, &before, arguments, &mut left));
    let mut end = match ended {
        Ok(end) => end,
        Err(error) => return journal::not_begun(&error, explanation::given_journal_error(&error)),
    };
    note(&end.summary);
    let exit = exit(&end);
    if let Some(reason) = end.stopped.take() {
        sweep::note_stop(reason, "It will continue with the topics that are left.");
    }
    let printed = match arguments.print.output {
        Output::Json => print_json(&end, &before, left),
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
    let communities = text::communities(*communities);
    let own = match own_communities {
        0 => String::new(),
        own => format!(
            ", and then {} where no other topic is in it",
            text::communities(*own)
        ),
    };
    out::note(&format!(
        "This destroys {} in {communities}{own}, with everything in them. The run {} created them\n\
         in app {} at {}. It cannot be undone.",
        text::count(*topics, "topic"),
        match &target.journal {
            OpenJournal::File(_) => format!("in {}", target.journal_name),
            _ => target.journal_name.clone(),
        },
        text::one_line(sdk_app_id),
        text::one_line(origin),
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
    left: &mut JsonList,
) -> Result<UndoEnd, JournalError> {
    let live = Arc::new(Live::default());
    let all = before.imported + before.communities.of(Outcome::Imported);
    let work = sweep::destroying(all, arguments);
    let progress = Progress::start(&live, work, arguments.calls.quiet, target.interrupts);
    topic_import_bulk::sweep::undo(
        &target.connection.client,
        &target.journal,
        &target.settings,
        &live,
        progress.stop(),
        |row| match arguments.print.output {
            Output::Json => {
                let name = match row.id.kind() {
                    Kind::Community => "GroupId",
                    Kind::Topic => "TopicId",
                };
                let mut told = json!(row.place);
                told[name] = row.id.as_str().into();
                told["code"] = row.reason.code().map(Code::get).into();
                told["message"] = why_left(row).into();
                left.push(&told);
            }
            Output::Text => progress.suspend(|| {
                let id = text::one_line(row.id.as_str());
                let why = why_left(row);
                let place = sweep::line_of(row.id.kind(), row.place);
                out::note(&format!("{place}: {id}: left: {why}"));
            }),
        },
    )
    .await
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

/// Prints what is not destroyed, and why.
fn note(summary: &Summary) {
    let Summary {
        existing,
        in_flight,
        unknown,
        ref communities,
        ..
    } = *summary;
    let existing_communities = communities.of(Outcome::Existing);
    if existing_communities > 0 {
        out::note(&format!(
            "left alone: {}, existing, which the run is not known to have created",
            text::communities(existing_communities)
        ));
    }
    let open = communities.of(Outcome::InFlight) + communities.of(Outcome::Unknown);
    if open > 0 {
        out::note(&format!(
            "left alone: {} that may be there, or not. Run the import again with --retry unknown to settle it.",
            text::communities(open)
        ));
    }
    if existing > 0 {
        out::note(&format!(
            "left alone: {}, which the run is not known to have created",
            text::count(existing, "existing topic")
        ));
    }
    if in_flight > 0 {
        out::note(&format!(
            "left alone: {} in flight: their topics may be there, or not. Run the import again to settle them.",
            text::count(in_flight, "row")
        ));
    }
    if unknown > 0 {
        out::note(&format!(
            "left alone: {} whose outcome is unknown: their topics may be there, or not. Look for them.",
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
            Member::Number(before.imported - end.destroyed - end.left),
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
                    before.communities.of(Outcome::Imported)
                        - end.communities_destroyed
                        - end.communities_left,
                ),
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
    let communities = match (end.communities_destroyed, end.communities_left) {
        (0, 0) => String::new(),
        (destroyed, 0) => format!("{} destroyed; ", text::communities(destroyed)),
        (destroyed, left) => format!("{} destroyed, {left} left; ", text::communities(destroyed)),
    };
    format!(
        "{communities}{} destroyed{earlier}{left}; {}",
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
