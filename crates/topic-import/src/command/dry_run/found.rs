//! What an import would find in its journal, and do with it.

use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroU64;
use std::ops::ControlFlow;

use serde::Serialize;
use tokio::runtime::{Builder, Runtime};
use topic_import_bulk::check::{Delta, Plan, ValidRows, delta};
use topic_import_bulk::input::Fingerprint;
use topic_import_bulk::journal::{
    FailureCount, Identity, IdentityDifference, Journal as _, Order, Pages as _, StoredRow,
};
use topic_import_bulk::request::Kind;
use topic_import_bulk::{CheckReport, JournalError, OpenJournal, Outcome, Retry, Summary};
use topic_import_core::Code;

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
    pub(super) left: Left,
    /// What was destroyed of the whole run, in words.
    pub(super) destroyed: Option<String>,
}

/// What an import would still do.
#[derive(Default)]
pub(super) struct Left {
    communities: u64,
    bytes: u64,
    by_community: BTreeMap<String, u64>,
    /// Topics for which no call would be made, because the run was to create their community, which is not there.
    pub(super) blocked: u64,
    /// How many topics and communities would be tried that have each outcome.
    tried: BTreeMap<(Kind, &'static str), u64>,
    /// Why rows were not imported so far: how many topics and communities have which outcome and code. Blocked topics are
    /// left out.
    failures: BTreeMap<(Kind, &'static str, Option<Code>), u64>,
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
    let would = runtime.block_on(look(&place, arguments, checked))?;
    Ok(Some(Found {
        place: place.to_string(),
        would,
    }))
}

async fn look(
    place: &Place,
    arguments: &ImportArguments,
    checked: Checked<'_>,
) -> Result<Would, CannotStart> {
    let journal = match place.look().await {
        Ok(journal) => journal,
        Err(JournalError::Missing { .. } | JournalError::NotLoaded { .. }) => {
            return Ok(Would::Begin);
        }
        Err(error) => {
            return Ok(Would::Refuse {
                why: explanation::journal_error(&error),
                delta: None,
            });
        }
    };
    heeding(&journal, would(&journal, arguments, checked)).await
}

async fn would(
    journal: &OpenJournal,
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
        let standing = Standing::read(journal, &summary, &arguments.retry, arguments.limit).await;
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
        journal: &OpenJournal,
        whole: &Summary,
        retry: &[Retry],
        limit: Option<NonZeroU64>,
    ) -> Result<Self, JournalError> {
        let summary = match limit {
            Some(first) => journal.summary_of_first(first).await?,
            None => whole.clone(),
        };
        let left = Left::of(journal, retry, limit).await?;
        let course = journal.course().await?;
        Ok(Self {
            summary,
            left,
            destroyed: destruction::in_words(whole, course.destroyed.as_ref()),
        })
    }

    /// How many topics or communities have this outcome now.
    pub(super) fn of(&self, kind: Kind, outcome: Outcome) -> u64 {
        match kind {
            Kind::Community => self.summary.communities.of(outcome),
            Kind::Topic => self.summary.of(outcome),
        }
    }

    /// Why topics or communities have this outcome: how many of them because of which code.
    pub(super) fn failures(&self, kind: Kind, outcome: Outcome) -> Vec<FailureCount> {
        let failures = self.left.failures.iter();
        let of_these =
            failures.filter(|((its, name, _), _)| (*its, *name) == (kind, outcome.name()));
        of_these
            .map(|((.., code), rows)| FailureCount::new(kind, *code, outcome, *rows))
            .collect()
    }

    /// How many topics or communities the import would leave as they are although they are not there, by outcome.
    pub(super) fn stays(&self, kind: Kind) -> Vec<(Outcome, u64)> {
        let outcomes = Outcome::ALL
            .into_iter()
            .filter(|outcome| !outcome.is_there());
        let stays = outcomes.map(|outcome| {
            let all = self.of(kind, outcome);
            let tried = self.left.tried.get(&(kind, outcome.name()));
            (outcome, all - tried.copied().unwrap_or(0).min(all))
        });
        stays.filter(|(_, rows)| *rows > 0).collect()
    }

    /// Whether everything would be there after the import, as far as it is known without asking the service.
    pub(super) fn is_completed(&self) -> bool {
        let stays = [Kind::Community, Kind::Topic].map(|kind| self.stays(kind));
        stays.iter().all(Vec::is_empty) && self.left.blocked == 0
    }

    /// Makes a plan of the whole input one of what is left.
    pub(super) fn narrow(&self, plan: &mut Plan) {
        let Left {
            communities,
            bytes,
            by_community,
            ..
        } = &self.left;
        plan.topics = by_community.values().sum();
        plan.communities = by_community.len() as u64;
        plan.new_communities = *communities;
        plan.bytes = *bytes;
        plan.calls = plan.new_communities + plan.topics;
        plan.by_community.clone_from(by_community);
        plan.made.clear();
        plan.over_limit.clear();
        plan.further_communities
            .retain(|group_id, _| by_community.contains_key(group_id));
    }
}

impl Left {
    /// What an import would try: the rows that are not finished, and those that it was asked to try again.
    async fn of(
        journal: &OpenJournal,
        retry: &[Retry],
        limit: Option<NonZeroU64>,
    ) -> Result<Self, JournalError> {
        let last = limit.map_or(i64::MAX, last_of);
        let named = match limit {
            Some(_) => Some(named_communities(journal, last).await?),
            None => None,
        };
        let mut tried = vec![Outcome::Pending, Outcome::InFlight, Outcome::Held];
        tried.extend(retry.iter().map(|retry| retry.outcome()));
        let missing = missing_communities(journal, &tried).await?;
        let mut left = Self::default();
        let is_missing = |outcome: &Outcome| !outcome.is_there();
        let missing_rows: Vec<Outcome> = Outcome::ALL.into_iter().filter(is_missing).collect();
        each_row(journal, &missing_rows, Order::Input, |row| {
            if row.number > last {
                return Ok(ControlFlow::Break(()));
            }
            let is_named = match &named {
                Some(named) if row.kind() == Kind::Community => {
                    row.request.is_some() && named.contains(row.community()?.group_id().as_str())
                }
                _ => true,
            };
            if is_named {
                left.take(&row, &tried, &missing)?;
            }
            Ok(ControlFlow::Continue(()))
        })
        .await?;
        Ok(left)
    }

    /// Counts a row that is not there.
    fn take(
        &mut self,
        row: &StoredRow,
        tried: &[Outcome],
        missing: &HashSet<String>,
    ) -> Result<(), JournalError> {
        let (kind, outcome) = (row.kind(), row.outcome);
        let request = row.request.as_ref();
        if let Some(request) = request.filter(|_| tried.contains(&outcome)) {
            *self.tried.entry((kind, outcome.name())).or_default() += 1;
            if kind == Kind::Community {
                self.communities += 1;
            } else {
                let group_id = row.topic()?.group_id().as_str().to_owned();
                if missing.contains(&group_id) {
                    self.blocked += 1;
                    return Ok(());
                }
                self.bytes += request.len() as u64;
                *self.by_community.entry(group_id).or_default() += 1;
            }
        }
        if Outcome::FAILED.contains(&outcome) {
            let why = (kind, outcome.name(), row.cause.code);
            *self.failures.entry(why).or_default() += 1;
        }
        Ok(())
    }
}

fn last_of(first: NonZeroU64) -> i64 {
    i64::try_from(first.get()).unwrap_or(i64::MAX)
}

/// The communities that topics up to this number name.
async fn named_communities(
    journal: &OpenJournal,
    last: i64,
) -> Result<HashSet<String>, JournalError> {
    let mut named = HashSet::new();
    each_row(journal, &Outcome::ALL, Order::Input, |row| {
        if row.number > last {
            return Ok(ControlFlow::Break(()));
        }
        if row.kind() == Kind::Topic && row.request.is_some() {
            named.insert(row.topic()?.group_id().as_str().to_owned());
        }
        Ok(ControlFlow::Continue(()))
    })
    .await?;
    Ok(named)
}

/// The communities that the run was to create, that are not there and that the import would not try.
async fn missing_communities(
    journal: &OpenJournal,
    tried: &[Outcome],
) -> Result<HashSet<String>, JournalError> {
    let is_missing = |outcome: &Outcome| !outcome.is_there() && !tried.contains(outcome);
    let outcomes: Vec<Outcome> = Outcome::ALL.into_iter().filter(is_missing).collect();
    let mut missing = HashSet::new();
    each_row(journal, &outcomes, Order::Communities, |row| {
        if row.request.is_some() {
            missing.insert(row.community()?.group_id().as_str().to_owned());
        }
        Ok(ControlFlow::Continue(()))
    })
    .await?;
    Ok(missing)
}

/// Takes the rows with these outcomes, page by page, until `take` breaks off.
async fn each_row(
    journal: &OpenJournal,
    outcomes: &[Outcome],
    order: Order,
    mut take: impl FnMut(StoredRow) -> Result<ControlFlow<()>, JournalError>,
) -> Result<(), JournalError> {
    let mut pages = journal.rows(outcomes, order).await?;
    loop {
        let page = pages.next_page().await?;
        if page.is_empty() {
            return Ok(());
        }
        for row in page {
            if take(row)?.is_break() {
                return Ok(());
            }
        }
    }
}

/// What an import would find in its journal and do with it, as a script reads it.
#[derive(Serialize)]
pub(super) struct InJson<'a> {
    place: &'a str,
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
                json.blocked = Some(standing.left.blocked);
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
