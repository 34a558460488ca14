//! Calculates what importing an input would create and how long it would take, before anything is sent.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};

use serde::Serialize;
use topic_import_core::Field;
use topic_import_core::pace::SHARE_OF_QUOTA;

use crate::check::own_communities::MadeCommunity;
use crate::check::valid_rows::{ValidRows, valid_rows};
use crate::check::{CheckReport, CheckSettings};
use crate::input::left_out::LeftOut;
use crate::input::problem::ProblemRule;
use crate::input::row::InputRow;
use crate::input::{Input, InputError};

/// What importing an input would create and how long it would take, if none of its topics exist yet.
#[derive(Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// How many rows there are.
    pub rows: u64,
    /// How many rows have problems and would not be imported.
    pub invalid: u64,
    /// How many communities would get topics.
    pub communities: u64,
    /// How many communities would be created before the topics.
    #[serde(skip_serializing_if = "is_zero")]
    pub new_communities: u64,
    /// Those of them that are made of what rows belong to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<MadeCommunity>,
    /// How many topics would be created.
    pub topics: u64,
    /// The size of all requests in bytes, without their headers.
    pub bytes: u64,
    /// How many topic names are too long.
    pub names_too_long: u64,
    /// How many topic names were shortened.
    pub names_shortened: u64,
    /// How many calls the import would make, if no call has to be repeated.
    pub calls: u64,
    /// How many seconds the calls would take at the given rate; `None` if no rate was given.
    pub seconds: Option<f64>,
    /// How many things of an export do not become topics, by reason.
    pub left_out: LeftOut,
    /// How many topics each community would get, by GroupId.
    pub by_community: BTreeMap<String, u64>,
    /// How many rows exceed their community's limit of topics, by GroupId; they also count as invalid. Only communities
    /// over their limit appear.
    pub over_limit: BTreeMap<String, u64>,
    /// The communities into which topics go that name another one, by their GroupId.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub further_communities: BTreeMap<String, PlannedCommunity>,
}

impl Plan {
    /// Makes it a plan of only so many rows from the beginning of the input, and of the communities that they name. What
    /// was found by checking, such as [`rows`](Self::rows) and [`invalid`](Self::invalid), stays that of the whole input.
    ///
    /// # Errors
    /// If the temporary database of the rows fails.
    pub fn limit(
        &mut self,
        rows: &ValidRows,
        first: NonZeroU64,
        rate: Option<NonZeroU32>,
    ) -> Result<(), InputError> {
        self.new_communities = rows.new_communities(first.get())?;
        self.count(rows, first.get(), rate)?;
        let by_community = &self.by_community;
        self.made
            .retain(|made| by_community.contains_key(made.group_id.as_str()));
        self.further_communities
            .retain(|group_id, _| by_community.contains_key(group_id));
        Ok(())
    }

    /// Counts the topics and the calls of the first `first` rows; the new communities are counted already.
    fn count(
        &mut self,
        rows: &ValidRows,
        first: u64,
        rate: Option<NonZeroU32>,
    ) -> Result<(), InputError> {
        (self.by_community, self.bytes) = rows.by_community(first)?;
        self.communities = self.by_community.len() as u64;
        self.topics = self.by_community.values().sum();
        // Each command has its own quota, but topics wait for the communities, so the times add up.
        self.calls = self.new_communities + self.topics;
        self.set_rate(rate);
        Ok(())
    }

    /// Calculates how long the calls take at this rate.
    pub fn set_rate(&mut self, rate: Option<NonZeroU32>) {
        self.seconds = rate.map(|rate| seconds(self.calls, rate));
    }
}

/// A community into which topics go that name another one.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct PlannedCommunity {
    /// The community that the rows name.
    pub of: String,
    /// Which of the communities for these rows it is, from 2.
    pub number: u64,
}

/// Checks an input while reading it, and calculates what importing its rows without problems would create. Memory grows
/// with the number of communities, not of rows. The rows without problems are returned as well.
///
/// ```
/// use topic_import_bulk::check::{CheckSettings, plan};
/// use topic_import_bulk::input::{Format, Input, RowSettings};
///
/// let text = r#"{"GroupId": "@TGS#_riverside", "TopicName": "Welcome"}"#;
/// let input = Input::bytes(text.as_bytes(), Format::Jsonl, RowSettings::default());
/// let (report, plan, _) = plan(&input, &CheckSettings::default(), None, |_| {})?;
/// assert_eq!(report.problems, []);
/// assert_eq!((plan.communities, plan.topics, plan.calls), (1, 1, 1));
/// # Ok::<(), topic_import_bulk::input::InputError>(())
/// ```
///
/// # Errors
/// If the input cannot be read.
pub fn plan(
    input: &Input,
    settings: &CheckSettings,
    rate: Option<NonZeroU32>,
    mut see: impl FnMut(&InputRow),
) -> Result<(CheckReport, Plan, ValidRows), InputError> {
    let mut plan = Plan::default();
    let (report, rows) = valid_rows(input, settings, |row| {
        see(row);
        plan.names_too_long += u64::from(has_too_long_name(row));
        let mut shortened = row.shortened.iter();
        let is_shortened = shortened.any(|text| text.field == Field::TopicName);
        plan.names_shortened += u64::from(is_shortened);
    })?;
    plan.rows = report.rows;
    plan.invalid = report.invalid;
    plan.left_out = report.left_out;
    plan.over_limit.clone_from(&report.over_limit);
    let further = report.further_communities.iter();
    let further = further.map(|community| {
        let planned = PlannedCommunity {
            of: community.of.to_string(),
            number: community.number,
        };
        (community.group_id.to_string(), planned)
    });
    plan.further_communities = further.collect();
    let own = report.own_communities.as_ref();
    plan.new_communities = own.map_or(0, |own| own.rows - own.invalid);
    plan.made = own.map_or_else(Vec::new, |own| own.made.clone());
    plan.count(&rows, u64::MAX, rate)?;
    Ok((report, plan, rows))
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(communities: &u64) -> bool {
    *communities == 0
}

fn has_too_long_name(row: &InputRow) -> bool {
    let problems = row.topic.as_ref().err().into_iter().flatten();
    problems
        .filter(|problem| problem.is_of(Field::TopicName))
        .any(|problem| problem.rule == ProblemRule::MaxBytes)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "the loss only shows with so many calls that they would take millennia"
)]
fn seconds(calls: u64, rate: NonZeroU32) -> f64 {
    const OF_A_THOUSAND: f64 = SHARE_OF_QUOTA as f64 / 1000.0;
    calls as f64 / (f64::from(rate.get()) * OF_A_THOUSAND)
}
