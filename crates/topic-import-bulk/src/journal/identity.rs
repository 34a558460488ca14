use std::fmt;

use topic_import_core::{SdkAppId, Service};

use super::{JournalError, JournalName};
use crate::check::derived_id::TopicIds;
use crate::input::Input;
use crate::input::fingerprint::Fingerprint;
use crate::input::settings::AccountDigits;

/// What a journal belongs to: an app at an endpoint and, for a run, its input. Under the same journal, only the same
/// run goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    parts: Vec<(&'static str, String)>,
}

/// Something in which a journal and what was asked for differ.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdentityDifference {
    /// What: `sdk_app_id`, `origin`, `service`, `input_sha256`, `format`, `group_id`, `from_account_as`, `topic_ids`,
    /// `map`, `groups_sha256`, `include_archived`, `fit`.
    pub what: &'static str,
    /// What the journal says.
    pub journal: String,
    /// What was asked for.
    pub asked_for: String,
}

impl fmt::Display for IdentityDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.what {
            "sdk_app_id" => "the SDKAppID",
            "origin" => "the endpoint",
            "input_sha256" => return f.write_str("the input's content differs"),
            "group_id" => "the group of rows that name none",
            "from_account_as" => "the type of a From_Account of digits",
            "topic_ids" => "who names the topics",
            "map" => "the mapping",
            "groups_sha256" => return f.write_str("the list of groups differs"),
            "include_archived" => "the inclusion of what is archived",
            "fit" => "the shortening of long text",
            other => return write!(f, "the {other} is {}, not {}", self.journal, self.asked_for),
        };
        let shown = |value: &str| match value {
            "" => "not given".to_owned(),
            value => value.to_owned(),
        };
        write!(
            f,
            "{name} is {}, not {}",
            shown(&self.journal),
            shown(&self.asked_for)
        )
    }
}

impl Identity {
    /// An app at an endpoint; `origin` is scheme, host and port of the primary.
    pub fn of_target(sdk_app_id: SdkAppId, origin: &str, service: Service) -> Self {
        Self {
            parts: vec![
                ("sdk_app_id", sdk_app_id.to_string()),
                ("origin", origin.to_owned()),
                ("service", service.name().to_owned()),
            ],
        }
    }

    /// The same for a run that imports an input of this content.
    #[must_use]
    pub fn with_input(
        mut self,
        input: &Input,
        fingerprint: Fingerprint,
        topic_ids: TopicIds,
    ) -> Self {
        let settings = input.settings();
        let group_id = settings.group_id.as_ref().map(ToString::to_string);
        let groups = settings.groups.as_ref();
        let groups = groups.map(|groups| groups.fingerprint().to_string());
        let yes = |is_set: bool| if is_set { "yes" } else { "" }.to_owned();
        let account_digits = match settings.account_digits {
            AccountDigits::Number => "number",
            AccountDigits::Text => "text",
        };
        let topic_ids = match topic_ids {
            TopicIds::Derived => "derived",
            TopicIds::Service => "service",
        };
        self.parts.extend([
            ("input_sha256", fingerprint.to_string()),
            ("format", input.format().name().to_owned()),
            ("group_id", group_id.unwrap_or_default()),
            ("from_account_as", account_digits.to_owned()),
            ("topic_ids", topic_ids.to_owned()),
            ("map", settings.mappings.to_string()),
            ("groups_sha256", groups.unwrap_or_default()),
            ("include_archived", yes(settings.include_archived)),
            ("fit", yes(settings.fit)),
        ]);
        self
    }

    /// Each thing that makes it up, by its name in a journal; what is not given is empty.
    pub fn parts(&self) -> &[(&'static str, String)] {
        &self.parts
    }

    /// In which of its parts a journal that keeps these differs.
    pub fn differences(&self, journal: &[(String, String)]) -> Vec<IdentityDifference> {
        self.parts
            .iter()
            .filter_map(|(what, asked_for)| {
                let found = journal.iter().find(|(name, _)| name == what);
                let found = found.map_or("", |(_, value)| value);
                (found != asked_for).then(|| IdentityDifference {
                    what,
                    journal: found.to_owned(),
                    asked_for: asked_for.clone(),
                })
            })
            .collect()
    }

    /// Makes sure that it is that of a journal that keeps these parts.
    pub(super) fn is_that_of(
        &self,
        journal: &JournalName,
        parts: &[(String, String)],
    ) -> Result<(), JournalError> {
        let differences = self.differences(parts);
        if differences.is_empty() {
            return Ok(());
        }
        Err(JournalError::AnotherRun {
            journal: journal.clone(),
            differences,
        })
    }
}
