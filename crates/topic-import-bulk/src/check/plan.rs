//! What importing an input would come to, before anything is sent.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::Serialize;
use topic_import_core::pace::SHARE_OF_QUOTA;
use topic_import_core::{Field, ImportTopic};

use crate::check::derived_id::TopicIds;
use crate::check::{CheckReport, Standing};
use crate::input::left_out::LeftOut;
use crate::input::problem::ProblemRule;
use crate::input::row::InputRow;
use crate::input::{Input, InputError};

/// What importing an input would come to, if nothing of it is there yet.
#[derive(Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// How many rows there are.
    pub rows: u64,
    /// How many of them have problems, and would not be imported.
    pub invalid: u64,
    /// How many communities get topics.
    pub communities: u64,
    /// How many topics would be created.
    pub topics: u64,
    /// The size of all requests without their headers.
    pub bytes: u64,
    /// How many names are too long.
    pub names_too_long: u64,
    /// How many names were shortened.
    pub names_shortened: u64,
    /// How many calls it takes, if each is answered at once.
    pub calls: u64,
    /// How long the calls take at the quota; `None` without one.
    pub seconds: Option<f64>,
    /// What of an export becomes no topic.
    pub left_out: LeftOut,
    /// How many topics each community gets, by GroupId.
    pub by_community: BTreeMap<String, u64>,
    /// How many rows are left over where a community has more than its limit of topics, by GroupId; they count as
    /// invalid.
    pub over_limit: BTreeMap<String, u64>,
}

/// Reads an input that was checked once more and adds up what importing its sound rows would come to. Memory grows with
/// the communities, not with the rows.
///
/// ```
/// use topic_import_bulk::{Format, Input, RowSettings, TopicIds, check, plan};
///
/// let text = r#"{"GroupId": "@TGS#_riverside", "TopicName": "Welcome"}"#;
/// let input = Input::spool(text.as_bytes(), Format::Jsonl, RowSettings::default())?;
/// let plan = plan(&input, &check(&input)?, TopicIds::Derived, None)?;
/// assert_eq!((plan.communities, plan.topics, plan.calls), (1, 1, 1));
/// # Ok::<(), topic_import_bulk::InputError>(())
/// ```
///
/// # Errors
/// Where the input cannot be read.
pub fn plan(
    input: &Input,
    checked: &CheckReport,
    topic_ids: TopicIds,
    rate: Option<NonZeroU32>,
) -> Result<Plan, InputError> {
    let mut plan = Plan {
        rows: checked.rows,
        invalid: checked.invalid,
        left_out: checked.left_out,
        ..Plan::default()
    };
    for (number, row) in (1..).zip(input.rows()?) {
        let row = row.map_err(|error| input.error(error))?;
        plan.names_too_long += u64::from(has_too_long_name(&row));
        let mut shortened = row.shortened.iter();
        let is_shortened = shortened.any(|text| text.field == Field::TopicName);
        plan.names_shortened += u64::from(is_shortened);
        let standing = checked
            .standing(number)
            .map_err(|error| input.error(error))?;
        if let Ok(topic) = &row.topic
            && standing == Standing::Surplus
        {
            count(&mut plan.over_limit, topic);
        }
        let sound = checked.sound(number, row);
        if let Some(topic) = sound.map_err(|error| input.error(error))? {
            plan.add(&standing.named(topic, topic_ids).0);
        }
    }
    plan.communities = plan.by_community.len() as u64;
    plan.calls = plan.topics;
    plan.seconds = rate.map(|rate| seconds(plan.calls, rate));
    Ok(plan)
}

impl Plan {
    fn add(&mut self, topic: &ImportTopic) {
        self.topics += 1;
        let body = serde_json::to_vec(topic).unwrap_or_default();
        self.bytes += body.len() as u64;
        count(&mut self.by_community, topic);
    }
}

fn count(by_community: &mut BTreeMap<String, u64>, topic: &ImportTopic) {
    let group_id = topic.group_id().as_str();
    match by_community.get_mut(group_id) {
        Some(topics) => *topics += 1,
        None => drop(by_community.insert(group_id.to_owned(), 1)),
    }
}

fn has_too_long_name(row: &InputRow) -> bool {
    let problems = row.topic.as_ref().err().into_iter().flatten();
    problems
        .filter(|problem| problem.is_of(Field::TopicName))
        .any(|problem| problem.rule == ProblemRule::MaxBytes)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "so many calls that it shows would take millennia"
)]
fn seconds(calls: u64, rate: NonZeroU32) -> f64 {
    const OF_A_THOUSAND: f64 = SHARE_OF_QUOTA as f64 / 1000.0;
    calls as f64 / (f64::from(rate.get()) * OF_A_THOUSAND)
}
