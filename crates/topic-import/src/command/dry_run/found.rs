//! What an import would find in its journal, and do with it.

use std::collections::BTreeMap;
use std::ops::Not;

use serde::Serialize;
use tokio::runtime::{Builder, Runtime};
use topic_import_bulk::Outcome;
use topic_import_bulk::check::{CheckReport, Delta, Plan, ValidRows, delta};
use topic_import_bulk::input::Fingerprint;
use topic_import_bulk::journal::{
    Identity, IdentityDifference, Journal as _, JournalError, OpenJournal, Remaining, Role, Summary,
};
use topic_import_bulk::request::Kind;

use crate::cli::import::ImportArguments;
use crate::exit::CannotStart;
use crate::open::connection;
use crate::open::journal::{Place, heeding};
use crate::show::destruction;
use crate::show::explanation;
use crate::show::text;

/// The journal of an import, and what the import would do with it.
pub(super) struct Found {
    /// Where it is, as it is shown.
    pub(super) place: String,
    pub(super) would: Would,
    /// That other processes are working on it, in words.
    pub(super) in_use: Option<String>,
}

/// What an import would do with its journal.
pub(super) enum Would {
    /// There is none, and the import would begin.
    Begin,
    /// It was made for another app, endpoint or service, where nothing was accepted: the import would make it anew.
    BeginAnew(Vec<IdentityDifference>),
    Continue(Box<Standing>),
    Refuse {
        /// Why, and what to do.
        why: String,
        /// How the input differs from that of the journal, if it does.
        delta: Option<Delta>,
    },
}

/// How far a run has got.
pub(super) struct Standing {
    /// Of the rows that are to be imported now: with a limit, of the first ones alone.
    pub(super) summary: Summary,
    pub(super) remaining: Remaining,
    /// What was destroyed of the whole run, in words.
    pub(super) destroyed: Option<String>,
}

/// What was read of the input, and how.
#[derive(Clone, Copy)]
pub(super) struct Checked<'a> {
    pub(super) report: &'a CheckReport,
    pub(super) rows: &'a ValidRows,
    pub(super) run: &'a dyn Fn(Identity, Fingerprint) -> Identity,
}

/// Looks for the journal of an import, without changing anything; `None` if its journal would only be temporary.
pub(super) fn find(
    arguments: &ImportArguments,
    checked: Checked<'_>,
) -> Result<Option<Found>, CannotStart> {
    if arguments.emulator && arguments.journal.is_none() {
        return Ok(None);
    }
    let place = match Place::of(arguments)? {
        Some(place) => place,
        None => Place::of_content(arguments, checked.report.fingerprint)?,
    };
    let runtime = match &place {
        Place::Database(..) => Runtime::new(),
        Place::File(_) => Builder::new_current_thread().enable_all().build(),
    };
    let runtime = runtime.map_err(|error| CannotStart::new(format!("cannot start: {error}")))?;
    let (would, is_in_use) = runtime.block_on(look(&place, arguments, checked))?;
    Ok(Some(Found {
        place: place.to_string(),
        would,
        in_use: is_in_use.then(|| in_use(&place)),
    }))
}

async fn look(
    place: &Place,
    arguments: &ImportArguments,
    checked: Checked<'_>,
) -> Result<(Would, bool), CannotStart> {
    let is_in_use = async |journal| {
        let is_in_use = place.is_in_use(journal).await;
        is_in_use.map_err(|error| cannot_read(&error))
    };
    let journal = match place.look().await {
        Ok(journal) => journal,
        Err(JournalError::Missing { .. } | JournalError::NotLoaded { .. }) => {
            let would = match place.obstacle() {
                None => Would::Begin,
                Some(why) => Would::Refuse { why, delta: None },
            };
            return Ok((would, is_in_use(None).await?));
        }
        Err(error) => {
            let why = explanation::journal_error(&error);
            return Ok((Would::Refuse { why, delta: None }, false));
        }
    };
    let looked = async {
        let in_a_command = place.in_a_command();
        let would = would((&journal, in_a_command.as_deref()), arguments, checked).await?;
        Ok((would, is_in_use(Some(&journal)).await?))
    };
    heeding(&journal, looked).await
}

fn in_use(place: &Place) -> String {
    let (others, import) = match place {
        Place::File(_) => ("another process is", "is refused until it ends"),
        Place::Database(..) => ("other processes are", "would take part"),
    };
    format!(
        "topic-import: {others} working on {place}: what is said here changes meanwhile, and an import {import}"
    )
}

async fn would(
    (journal, in_a_command): (&OpenJournal, Option<&str>),
    arguments: &ImportArguments,
    checked: Checked<'_>,
) -> Result<Would, CannotStart> {
    let connection = &arguments.work.calls.connection;
    let target = if arguments.emulator {
        Some(connection::emulator_target(connection))
    } else {
        connection::target(connection)?
    };
    let is_known = target.is_some();
    let target = target.unwrap_or_else(|| connection::emulator_target(connection));
    let identity = (checked.run)(target, checked.report.fingerprint);
    let another = match journal.belongs_to(&identity).await {
        Ok(()) => None,
        Err(JournalError::AnotherRun {
            journal,
            differences,
        }) => {
            // Nothing says which app and endpoint the import would call, so the journal's are taken.
            let differences: Vec<_> = differences
                .into_iter()
                .filter(|difference| is_known || !difference.part.is_of_target())
                .collect();
            (!differences.is_empty()).then_some((journal, differences))
        }
        Err(error) => return Err(cannot_read(&error)),
    };
    let summary = journal.summary().await;
    let summary = summary.map_err(|error| cannot_read(&error))?;
    let Some((name, differences)) = another else {
        let standing = Standing::read((journal, in_a_command), &summary, arguments).await;
        return match standing {
            Ok(standing) => Ok(Would::Continue(Box::new(standing))),
            Err(error) => Err(cannot_read(&error)),
        };
    };
    let is_other_target = differences
        .iter()
        .all(|differs| differs.part.is_of_target());
    if is_other_target && summary.is_untouched() {
        return Ok(Would::BeginAnew(differences));
    }
    let delta = if is_other_target || checked.report.header_is_bad {
        None
    } else {
        let delta = delta(checked.rows, journal).await;
        Some(delta.map_err(|error| CannotStart::new(text::chain(&error)))?)
    };
    let error = JournalError::AnotherRun {
        journal: name,
        differences,
    };
    Ok(Would::Refuse {
        why: explanation::journal_error(&error),
        delta,
    })
}

fn cannot_read(error: &JournalError) -> CannotStart {
    CannotStart::new(explanation::journal_error(error))
}

impl Standing {
    async fn read(
        (journal, in_a_command): (&OpenJournal, Option<&str>),
        whole: &Summary,
        arguments: &ImportArguments,
    ) -> Result<Self, JournalError> {
        let retry = &arguments.retry;
        let (summary, role) = match arguments.limit {
            _ if whole.is_undone() => (whole.clone(), Role::Settle(retry)),
            Some(first) => (
                journal.summary_of_first(first).await?,
                Role::Trial(retry, first),
            ),
            None => (whole.clone(), Role::Import(retry)),
        };
        let remaining = journal.remaining(role).await?;
        let course = journal.course().await?;
        Ok(Self {
            summary,
            remaining,
            destroyed: destruction::in_words(whole, course.destroyed.as_ref(), in_a_command),
        })
    }

    /// How many topics or communities have this outcome now.
    pub(super) fn of(&self, kind: Kind, outcome: Outcome) -> u64 {
        match kind {
            Kind::Community => self.summary.communities.of(outcome),
            Kind::Topic => self.summary.of(outcome),
        }
    }

    /// How many topics or communities the import would leave as they are although they are not there, by outcome.
    pub(super) fn stays(&self, kind: Kind) -> Vec<(Outcome, u64)> {
        let left = self.remaining.left.iter();
        let left = left.filter(|count| count.kind == kind);
        let rows = |outcome| {
            let these = left.clone().filter(|count| count.outcome == outcome);
            these.map(|count| count.rows).sum()
        };
        let stays = Outcome::ALL.map(|outcome| (outcome, rows(outcome)));
        stays.into_iter().filter(|(_, rows)| *rows > 0).collect()
    }

    /// Whether everything would be there after the import, as far as it is known without asking the service.
    pub(super) fn is_completed(&self) -> bool {
        self.remaining.left.is_empty() && self.remaining.blocked == 0
    }

    /// Makes a plan of the whole input one of what is left.
    pub(super) fn narrow(&self, plan: &mut Plan) {
        let by_community = &self.remaining.by_community;
        plan.topics = by_community.values().sum();
        plan.communities = by_community.len() as u64;
        plan.new_communities = self.remaining.communities();
        plan.bytes = self.remaining.bytes;
        plan.calls = plan.new_communities + plan.topics;
        plan.by_community.clone_from(by_community);
        plan.made.clear();
        plan.over_limit.clear();
        plan.further_communities
            .retain(|group_id, _| by_community.contains_key(group_id));
    }
}

/// What an import would find in its journal and do with it, as a script reads it.
#[derive(Serialize)]
pub(super) struct InJson<'a> {
    place: &'a str,
    /// Whether other processes are working on it.
    #[serde(skip_serializing_if = "Not::not")]
    is_in_use: bool,
    would: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    there: Option<u64>,
    /// How many topics may be there already.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_flight: Option<u64>,
    /// How many topics were held so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    stays: BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delta: Option<&'a Delta>,
}

impl<'a> From<&'a Found> for InJson<'a> {
    fn from(found: &'a Found) -> Self {
        let mut json = Self {
            place: &found.place,
            is_in_use: found.in_use.is_some(),
            would: "begin",
            why: None,
            there: None,
            in_flight: None,
            held: None,
            stays: BTreeMap::new(),
            blocked: None,
            delta: None,
        };
        match &found.would {
            Would::Begin => {}
            Would::BeginAnew(differences) => {
                json.would = "begin_anew";
                json.why = Some(explanation::differences(differences));
            }
            Would::Continue(standing) => {
                json.would = "continue";
                json.there = Some(standing.summary.imported + standing.summary.existing);
                json.in_flight = Some(standing.summary.in_flight);
                json.held = Some(standing.summary.held);
                let stays = standing.stays(Kind::Topic).into_iter();
                json.stays = stays
                    .map(|(outcome, rows)| (outcome.name(), rows))
                    .collect();
                json.blocked = Some(standing.remaining.blocked);
            }
            Would::Refuse { why, delta } => {
                json.would = "refuse";
                json.why = Some(why.clone());
                json.delta = delta.as_ref();
            }
        }
        json
    }
}
