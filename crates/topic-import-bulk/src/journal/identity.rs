use std::fmt;

use topic_import_async::Client;
use topic_import_core::{GroupId, SdkAppId, Service};

use super::{JournalError, JournalName};
use crate::check::derived_id::TopicIds;
use crate::check::placed::Placed;
use crate::check::settings::CheckSettings;
use crate::input::Input;
use crate::input::field::time_zone::TimeZone;
use crate::input::fingerprint::Fingerprint;
use crate::input::format::Format;
use crate::input::groups::Groups;
use crate::input::settings::AccountDigits;
use crate::input::text::encoding::TextEncoding;

/// What a journal belongs to: an app at an endpoint and, for a run, its input. A journal only continues a run with the
/// same identity.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The app.
    pub sdk_app_id: SdkAppId,
    /// Scheme, host and port of the primary endpoint.
    pub origin: String,
    /// The service's name at the endpoint.
    pub service: Service,
    /// The input, and how it is read; `None` stands for any run with this app and endpoint.
    pub input: Option<InputIdentity>,
}

/// The input that a journal belongs to, and how it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct InputIdentity {
    /// The fingerprint of the input's bytes.
    pub fingerprint: Fingerprint,
    /// The input's format.
    pub format: Format,
    /// Their encoding, where it was said.
    pub encoding: Option<TextEncoding>,
    /// The sheet of a spreadsheet, where it was said.
    pub sheet: Option<String>,
    /// The zone of times that have none, where it was said.
    pub time_zone: Option<TimeZone>,
    /// The group of all rows, if the settings name one.
    pub group_id: Option<GroupId>,
    /// Whether an account that is all digits is sent as a number or as text.
    pub account_digits: AccountDigits,
    /// Who chooses the IDs of topics that have none.
    pub topic_ids: TopicIds,
    /// The mappings of fields, as text.
    pub mappings: String,
    /// The fingerprint of the list of groups, if there is one.
    pub groups: Option<Fingerprint>,
    /// The fingerprint of the list of communities, if there is one.
    pub communities: Option<Fingerprint>,
    /// Whether the communities that rows name are made.
    pub create_communities: bool,
    /// Whether archived channels are imported.
    pub include_archived: bool,
    /// Whether what only some members may see is rows.
    pub include_private: bool,
    /// The expression that rows have to meet, as text.
    pub condition: String,
    /// The list that holds the rows, as text.
    pub rows_at: String,
    /// The program by which an export is read, where it is one.
    pub program: Option<Fingerprint>,
    /// Whether texts that are too long get shortened.
    pub fit: bool,
    /// How topics are spread over further communities, where they are.
    pub spread: Option<SpreadIdentity>,
}

/// How topics beyond what their community takes are spread over further ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpreadIdentity {
    /// The bytes of what became of an earlier input, where that is given.
    pub placed: Option<Fingerprint>,
}

/// A part of an [`Identity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityPart {
    /// [`Identity::sdk_app_id`]
    SdkAppId,
    /// [`Identity::origin`]
    Origin,
    /// [`Identity::service`]
    Service,
    /// [`InputIdentity::fingerprint`]
    Input,
    /// [`InputIdentity::format`]
    Format,
    /// [`InputIdentity::encoding`]
    Encoding,
    /// [`InputIdentity::sheet`]
    Sheet,
    /// [`InputIdentity::time_zone`]
    TimeZone,
    /// [`InputIdentity::group_id`]
    GroupId,
    /// [`InputIdentity::account_digits`]
    AccountDigits,
    /// [`InputIdentity::topic_ids`]
    TopicIds,
    /// [`InputIdentity::mappings`]
    Mappings,
    /// [`InputIdentity::groups`]
    Groups,
    /// [`InputIdentity::communities`]
    Communities,
    /// [`InputIdentity::create_communities`]
    CreateCommunities,
    /// [`InputIdentity::include_archived`]
    IncludeArchived,
    /// [`InputIdentity::include_private`]
    IncludePrivate,
    /// [`InputIdentity::condition`]
    Condition,
    /// [`InputIdentity::rows_at`]
    RowsAt,
    /// [`InputIdentity::program`]
    Program,
    /// [`InputIdentity::fit`]
    Fit,
    /// [`InputIdentity::spread`]
    Spread,
}

impl IdentityPart {
    /// The name under which a journal stores it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SdkAppId => "sdk_app_id",
            Self::Origin => "origin",
            Self::Service => "service",
            Self::Input => "input_sha256",
            Self::Format => "format",
            Self::Encoding => "encoding",
            Self::Sheet => "sheet",
            Self::TimeZone => "time_zone",
            Self::GroupId => "group_id",
            Self::AccountDigits => "from_account_as",
            Self::TopicIds => "topic_ids",
            Self::Mappings => "map",
            Self::Groups => "groups_sha256",
            Self::Communities => "communities_sha256",
            Self::CreateCommunities => "create_communities",
            Self::IncludeArchived => "include_archived",
            Self::IncludePrivate => "include_private",
            Self::Condition => "where",
            Self::RowsAt => "rows_at",
            Self::Program => "program_sha256",
            Self::Fit => "fit",
            Self::Spread => "spread",
        }
    }

    /// Whether it says which app at which endpoint a run calls, and not what it imports.
    pub const fn is_of_target(self) -> bool {
        matches!(self, Self::SdkAppId | Self::Origin | Self::Service)
    }

    /// Whether its value is the fingerprint of some content, which means nothing to people.
    const fn is_content(self) -> bool {
        matches!(
            self,
            Self::Input | Self::Groups | Self::Communities | Self::Program
        )
    }

    /// How a message tells it.
    const fn told(self) -> Told {
        match self {
            Self::SdkAppId => Told::Value("the SDKAppID"),
            Self::Origin => Told::Value("the endpoint"),
            Self::Service => Told::Value("the service"),
            Self::Input => Told::Value("the input's content"),
            Self::Format => Told::Value("the format"),
            Self::Encoding => Told::Value("the encoding"),
            Self::Sheet => Told::Value("the sheet"),
            Self::TimeZone => Told::Value("the zone of times without one"),
            Self::GroupId => Told::Value("the GroupId for all rows"),
            Self::AccountDigits => Told::Value("the type of an account that is all digits"),
            Self::TopicIds => Told::Value("the kind of TopicIds"),
            Self::Mappings => Told::Value("the mapping of fields"),
            Self::Groups => Told::Value("the list of groups"),
            Self::Communities => Told::Value("the list of communities"),
            Self::CreateCommunities => Told::Choice {
                what: "each community that rows name",
                yes: "to be created",
                no: "expected to be there",
            },
            Self::IncludeArchived => Told::Choice {
                what: "what is archived",
                yes: "included",
                no: "left out",
            },
            Self::IncludePrivate => Told::Choice {
                what: "what is private",
                yes: "included",
                no: "left out",
            },
            Self::Condition => Told::Value("the condition for rows"),
            Self::RowsAt => Told::Value("the place of the rows"),
            Self::Program => Told::Value("the program that reads the export"),
            Self::Fit => Told::Choice {
                what: "what is too long",
                yes: "shortened",
                no: "refused",
            },
            Self::Spread => Told::Choice {
                what: "what is beyond a community's limit",
                yes: "spread over further communities",
                no: "refused",
            },
        }
    }
}

/// How a message tells a part of an identity.
enum Told {
    /// As a value of this name.
    Value(&'static str),
    /// As something that is done, or not.
    Choice {
        what: &'static str,
        yes: &'static str,
        no: &'static str,
    },
}

/// A part of the identity in which a journal differs from what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdentityDifference {
    /// The part that differs.
    pub part: IdentityPart,
    /// The value in the journal; empty if it has none.
    pub journal: String,
    /// The value that was asked for; empty if none was given.
    pub asked_for: String,
}

impl IdentityDifference {
    /// The difference, in words that call the part by the name of the setting that it comes from.
    pub fn named(&self, setting: &str) -> String {
        const GIVEN: &str = "given";
        let is_choice = matches!(self.part.told(), Told::Choice { .. });
        let is_hidden = self.part.is_content() || is_choice;
        let shown = |value: &str| match value {
            "" => format!("not {GIVEN}"),
            _ if is_hidden => GIVEN.to_owned(),
            value => value.to_owned(),
        };
        let (before, now) = (shown(&self.journal), shown(&self.asked_for));
        if before == now {
            return format!("{setting} has changed");
        }
        match &*now {
            GIVEN => format!("{setting} was {before}, and is now"),
            _ if before == GIVEN => format!("{setting} was {GIVEN}, and is not now"),
            _ => format!("{setting} was {before}, and is {now} now"),
        }
    }
}

impl fmt::Display for IdentityDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, yes, no) = match self.part.told() {
            Told::Value(name) => return f.write_str(&self.named(name)),
            Told::Choice { what, yes, no } => (what, yes, no),
        };
        let done = |value: &str| if value.is_empty() { no } else { yes };
        let (before, now) = (done(&self.journal), done(&self.asked_for));
        if before == now {
            return write!(f, "{what} is {now} in another way");
        }
        write!(f, "{what} was {before}, and is {now} now")
    }
}

impl Identity {
    /// The identity of any run with this app and endpoint; `origin` is scheme, host and port of the primary endpoint.
    pub fn of_target(sdk_app_id: SdkAppId, origin: &str, service: Service) -> Self {
        Self {
            sdk_app_id,
            origin: origin.to_owned(),
            service,
            input: None,
        }
    }

    /// The identity of any run with a client's app and endpoint.
    pub fn of_client(client: &Client) -> Self {
        let endpoint = client.endpoint();
        let origin = endpoint.primary().as_str();
        Self::of_target(client.sdk_app_id(), origin, endpoint.service())
    }

    /// The identity of a run that imports this input, whose bytes have this fingerprint, checked with these settings.
    #[must_use]
    pub fn with_input(
        mut self,
        input: &Input,
        fingerprint: Fingerprint,
        checks: &CheckSettings,
    ) -> Self {
        let settings = input.settings();
        let groups = settings.groups.as_ref();
        self.input = Some(InputIdentity {
            fingerprint,
            format: input.format().clone(),
            encoding: settings.encoding,
            sheet: settings.sheet.clone(),
            time_zone: settings.time_zone.clone(),
            group_id: settings.group_id.clone(),
            account_digits: settings.account_digits,
            topic_ids: checks.topic_ids,
            mappings: settings.mappings.to_string(),
            groups: groups.map(Groups::fingerprint),
            communities: input.communities().fingerprint(),
            create_communities: settings.create_communities,
            include_archived: settings.include_archived,
            include_private: settings.include_private,
            condition: settings
                .condition
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            rows_at: settings
                .rows_at
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            program: match input.format() {
                Format::Export(export) => Some(export.fingerprint()),
                _ => None,
            },
            fit: settings.fit,
            spread: checks.spread.as_ref().map(|spread| SpreadIdentity {
                placed: spread.placed.as_ref().map(Placed::fingerprint),
            }),
        });
        self
    }

    /// Each part with the value that a journal stores; empty if it was not given.
    pub(super) fn parts(&self) -> Vec<(IdentityPart, String)> {
        let mut parts = vec![
            (IdentityPart::SdkAppId, self.sdk_app_id.to_string()),
            (IdentityPart::Origin, self.origin.clone()),
            (IdentityPart::Service, self.service.name().to_owned()),
        ];
        if let Some(input) = &self.input {
            parts.extend(input.parts());
        }
        parts
    }

    /// Returns an error unless this is the identity of the journal, which stores these parts.
    pub(super) fn is_that_of(
        &self,
        journal: &JournalName,
        kept: &[(String, String)],
    ) -> Result<(), JournalError> {
        let differences: Vec<IdentityDifference> = self
            .parts()
            .into_iter()
            .filter_map(|(part, asked_for)| {
                let journal = kept_part(kept, part);
                (journal != asked_for).then(|| IdentityDifference {
                    part,
                    journal: journal.to_owned(),
                    asked_for,
                })
            })
            .collect();
        if differences.is_empty() {
            return Ok(());
        }
        Err(JournalError::AnotherRun {
            journal: journal.clone(),
            differences,
        })
    }
}

impl InputIdentity {
    fn parts(&self) -> [(IdentityPart, String); 19] {
        let yes = |is_set: bool| if is_set { "yes" } else { "" }.to_owned();
        let encoding = self.encoding.as_ref().map(ToString::to_string);
        let time_zone = self.time_zone.as_ref().map(ToString::to_string);
        let group_id = self.group_id.as_ref().map(ToString::to_string);
        let in_words = |content: Option<Fingerprint>| {
            content.map_or_else(String::new, |content| content.to_string())
        };
        let account_digits = match self.account_digits {
            AccountDigits::Number => "number",
            AccountDigits::Text => "text",
        };
        let spread = match self.spread {
            None => String::new(),
            Some(SpreadIdentity { placed: None }) => "yes".to_owned(),
            Some(SpreadIdentity {
                placed: Some(placed),
            }) => format!("yes, from {placed}"),
        };
        let topic_ids = match self.topic_ids {
            TopicIds::Derived => "derived",
            TopicIds::OfExports => "of exports",
            TopicIds::Service => "service",
        };
        [
            (IdentityPart::Input, self.fingerprint.to_string()),
            (IdentityPart::Format, self.format.name().to_owned()),
            (IdentityPart::Encoding, encoding.unwrap_or_default()),
            (IdentityPart::Sheet, self.sheet.clone().unwrap_or_default()),
            (IdentityPart::TimeZone, time_zone.unwrap_or_default()),
            (IdentityPart::GroupId, group_id.unwrap_or_default()),
            (IdentityPart::AccountDigits, account_digits.to_owned()),
            (IdentityPart::TopicIds, topic_ids.to_owned()),
            (IdentityPart::Mappings, self.mappings.clone()),
            (IdentityPart::Groups, in_words(self.groups)),
            (IdentityPart::Communities, in_words(self.communities)),
            (
                IdentityPart::CreateCommunities,
                yes(self.create_communities),
            ),
            (IdentityPart::IncludeArchived, yes(self.include_archived)),
            (IdentityPart::IncludePrivate, yes(self.include_private)),
            (IdentityPart::Condition, self.condition.clone()),
            (IdentityPart::RowsAt, self.rows_at.clone()),
            (IdentityPart::Program, in_words(self.program)),
            (IdentityPart::Fit, yes(self.fit)),
            (IdentityPart::Spread, spread),
        ]
    }
}

/// The value that a journal stores for a part; empty if it stores none.
pub(super) fn kept_part(kept: &[(String, String)], part: IdentityPart) -> &str {
    let found = kept.iter().find(|(name, _)| name == part.name());
    found.map_or("", |(_, value)| value)
}
