//! Checks the communities that a run creates before their topics.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use topic_import_core::{CreateTime, GROUP_ID_PREFIX, GroupDraft, GroupId, GroupName, ImportGroup};

use crate::check::spread::FurtherCommunity;
use crate::input::Input;
use crate::input::communities::{InputCommunity, finish};
use crate::input::element::Element;
use crate::input::field::shorten::numbered;
use crate::input::groups::{Groups, Source};
use crate::input::problem::{Problem, line_of};
use crate::input::row::InputRow;
use crate::request::Community;

/// The most problems that a report lists.
pub const MAX_PROBLEMS_LISTED: usize = 1000;

/// What checking the communities that a run creates has found.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct CommunityReport {
    /// How many communities there are.
    pub rows: u64,
    /// How many communities have problems.
    pub invalid: u64,
    /// How many problems there are in all.
    pub problems_total: u64,
    /// The first problems by line, at most [`MAX_PROBLEMS_LISTED`].
    pub problems: Vec<Problem>,
    /// Those that are made of what rows belong to, in the order in which rows name them first, and those that are made as
    /// rows are spread.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<MadeCommunity>,
    /// Whether the header has problems, so that no community can be trusted.
    #[serde(skip)]
    pub header_is_bad: bool,
}

/// A community that is made of what rows belong to, or for what is beyond the limit of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct MadeCommunity {
    /// Its ID.
    #[serde(serialize_with = "as_text")]
    pub group_id: GroupId,
    /// What it is called.
    pub name: String,
    /// Whether nobody has said what it is called, or its rows belong to several things with names of their own: the name is
    /// a part of its ID. A further one is called after the first.
    #[serde(rename = "is_named_by_id")]
    pub is_named_by_id: bool,
    /// When it was created, where anything tells it.
    pub create_time: Option<u32>,
}

impl MadeCommunity {
    fn of(request: &ImportGroup, group_id: &GroupId, is_named_by_id: bool) -> Self {
        Self {
            group_id: group_id.clone(),
            name: request.name.as_str().to_owned(),
            is_named_by_id,
            create_time: request.create_time.map(CreateTime::unix_seconds),
        }
    }
}

fn as_text<S: serde::Serializer>(id: &GroupId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(id.as_str())
}

/// Checks the communities that a run creates while their topics are read. Memory grows with them alone.
pub(super) struct OwnCommunities<'a> {
    rows: Vec<InputCommunity>,
    header_problems: Vec<Problem>,
    /// Those of which topics are to be noted.
    noted: HashMap<GroupId, Noted>,
    /// Whether those are to be made that topics name.
    creates: bool,
    groups: Option<&'a Groups>,
    fit: bool,
}

/// What topics say of their community.
#[derive(Default)]
struct Noted {
    /// The line of the first one.
    line: u64,
    /// Its file, where the input is several.
    file: Option<Arc<str>>,
    /// Which community in the order of the input this is.
    place: usize,
    /// The oldest one's time, and its line in words.
    oldest: Option<(u32, String)>,
    /// What the first one belongs to where it came from.
    source: Option<SourceNames>,
    /// Whether another one belongs to something else there, so that neither names the community.
    has_several_sources: bool,
    create_time: Option<i64>,
}

/// What a source is called where rows came from.
struct SourceNames {
    id: Option<String>,
    name: Option<String>,
}

impl SourceNames {
    fn is_of(&self, source: &Source) -> bool {
        (&self.id, &self.name) == (&source.id, &source.name)
    }
}

impl Noted {
    fn note_source(&mut self, source: &Source) {
        match &self.source {
            Some(first) => self.has_several_sources |= !first.is_of(source),
            None => {
                self.source = Some(SourceNames {
                    id: source.id.clone(),
                    name: source.name.clone(),
                });
            }
        }
    }

    /// What all of them belong to, where it has a name.
    fn name(&self) -> Option<&String> {
        let source = self.source.as_ref().filter(|_| !self.has_several_sources);
        source?.name.as_ref()
    }
}

impl<'a> OwnCommunities<'a> {
    pub(super) fn of(input: &'a Input) -> Self {
        let (communities, settings) = (input.communities(), input.settings());
        let rows = communities.rows().to_vec();
        let ids = rows.iter().filter_map(|row| row.community.as_ref().ok());
        Self {
            noted: ids
                .map(|community| (community.group_id().clone(), Noted::default()))
                .collect(),
            header_problems: communities.header_problems().to_vec(),
            rows,
            creates: settings.create_communities,
            groups: settings.groups.as_ref(),
            fit: settings.fit,
        }
    }

    /// The communities that are listed, or made so far.
    pub(super) fn group_ids(&self) -> impl Iterator<Item = &GroupId> {
        self.noted.keys()
    }

    /// Takes a row.
    pub(super) fn note(&mut self, row: &InputRow) {
        let Ok(topic) = &row.topic else {
            return;
        };
        let group_id = topic.group_id();
        if self.creates && !self.noted.contains_key(group_id) {
            let element = row.element.as_deref();
            let noted = Noted {
                line: row.line,
                file: element.and_then(Element::shared_file).cloned(),
                place: self.noted.len(),
                ..Noted::default()
            };
            self.noted.insert(group_id.clone(), noted);
        }
        let Some(noted) = self.noted.get_mut(group_id) else {
            return;
        };
        if let Some(time) = topic.create_time {
            let time = time.unix_seconds();
            if noted
                .oldest
                .as_ref()
                .is_none_or(|(oldest, _)| time < *oldest)
            {
                let file = row.element.as_deref().and_then(Element::file);
                noted.oldest = Some((time, line_of(row.line, file)));
            }
        }
        if self.creates
            && let Some(source) = &row.source
        {
            noted.note_source(source);
            noted.create_time = match (noted.create_time, source.create_time) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
    }

    /// Returns the communities as they are to be imported, and a report of their problems; `None` if there are none.
    ///
    /// Where topics are spread, further communities are made like the first.
    pub(super) fn finish(
        mut self,
        further: &[FurtherCommunity],
    ) -> (Vec<InputCommunity>, Option<CommunityReport>) {
        let mut made = if self.creates {
            self.create()
        } else {
            Vec::new()
        };
        made.extend(self.go_on(further));
        for row in &mut self.rows {
            if let Ok(community) = &row.community
                && let Some(own) = community.request().create_time
                && let Some(noted) = self.noted.get(community.group_id())
                && let Some((time, line)) = &noted.oldest
                && *time < own.unix_seconds()
            {
                let own = own.unix_seconds();
                row.reject(Problem::younger_than_topic(row.line, own, *time, line));
            }
        }
        if self.rows.is_empty() && self.header_problems.is_empty() {
            return (self.rows, None);
        }
        let header_is_bad = !self.header_problems.is_empty();
        let invalid = |row: &&InputCommunity| header_is_bad || row.community.is_err();
        let of_rows = self
            .rows
            .iter()
            .filter_map(|row| row.community.as_ref().err());
        let problems: Vec<Problem> = self
            .header_problems
            .iter()
            .chain(of_rows.flatten())
            .cloned()
            .collect();
        let report = CommunityReport {
            rows: self.rows.len() as u64,
            invalid: self.rows.iter().filter(invalid).count() as u64,
            problems_total: problems.len() as u64,
            problems: problems.into_iter().take(MAX_PROBLEMS_LISTED).collect(),
            made,
            header_is_bad,
        };
        (self.rows, Some(report))
    }

    /// Makes the communities that topics name, in the order in which they do.
    fn create(&mut self) -> Vec<MadeCommunity> {
        // Those of a list were named by no topic first.
        let noted = self.noted.iter().filter(|(_, noted)| noted.line > 0);
        let mut noted: Vec<(&GroupId, &Noted)> = noted.collect();
        noted.sort_by_key(|(_, noted)| noted.place);
        let mut made = Vec::new();
        for (group_id, noted) in noted {
            let (draft, is_named_by_id) = self.draft(group_id, noted);
            let mut row = finish(noted.line, (draft.clone(), Vec::new()), self.fit, || {
                serde_json::to_string(&draft).expect("a draft is JSON")
            });
            if let Ok(community) = &row.community {
                let request = community.request();
                made.push(MadeCommunity::of(request, group_id, is_named_by_id));
            }
            row.file.clone_from(&noted.file);
            self.rows.push(row);
        }
        made
    }

    /// Makes further communities for what is beyond the limit of those that the run makes, unless they are listed.
    fn go_on(&mut self, further: &[FurtherCommunity]) -> Vec<MadeCommunity> {
        let (mut rows, mut made) = (Vec::new(), Vec::new());
        let sound = self
            .rows
            .iter()
            .filter_map(|row| Some((row, row.community.as_ref().ok()?)));
        let sound: HashMap<&GroupId, (&InputCommunity, &Community)> = sound
            .map(|(row, community)| (community.group_id(), (row, community)))
            .collect();
        for further in further {
            let Some((row, first)) = sound.get(&further.of) else {
                continue;
            };
            if sound.contains_key(&further.group_id) {
                continue;
            }
            let mut request = ImportGroup::clone(first.request());
            let name = numbered(request.name.as_str(), further.number);
            request.name = GroupName::parse(name).expect("a numbered name is not longer");
            request.group_id = Some(further.group_id.clone());
            made.push(MadeCommunity::of(&request, &further.group_id, false));
            rows.extend(Community::new(request).map(|community| InputCommunity {
                file: row.file.clone(),
                ..InputCommunity::sound(row.line, community)
            }));
        }
        self.rows.extend(rows);
        made
    }

    /// What is said of a community, and otherwise what it was where its topics came from. It is never younger than they;
    /// whether its name is only a part of its ID.
    fn draft(&self, group_id: &GroupId, noted: &Noted) -> (GroupDraft, bool) {
        let described = self.groups.and_then(|groups| groups.description(group_id));
        let mut draft = described.map_or_else(GroupDraft::default, |(_, draft)| draft.clone());
        draft.group_id = Some(group_id.as_str().to_owned());
        let oldest = noted.oldest.as_ref().map(|(time, _)| i64::from(*time));
        draft.create_time = draft.create_time.or(match (noted.create_time, oldest) {
            (Some(own), Some(oldest)) => Some(own.min(oldest)),
            (own, oldest) => own.or(oldest),
        });
        let is_said = |name: &String| !name.trim().is_empty();
        let name = draft
            .name
            .take()
            .or_else(|| noted.name().cloned().filter(is_said));
        let is_named_by_id = name.is_none();
        draft.name = Some(name.unwrap_or_else(|| own_part(group_id).to_owned()));
        (draft, is_named_by_id)
    }
}

/// The part of an ID that somebody chose.
fn own_part(group_id: &GroupId) -> &str {
    let id = group_id.as_str();
    id.strip_prefix(GROUP_ID_PREFIX).unwrap_or(id)
}
