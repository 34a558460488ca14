//! Topics beyond what their community takes go into further communities, in an order that does not depend on the order
//! of the rows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZeroU64;

use topic_import_core::{GroupId, ImportTopic, TopicDraft, TopicId, Violations};

use crate::check::communities::{NamedCommunities, NamedCommunity};
use crate::check::placed::Placed;
use crate::check::repeats::{Place, Ranked, Repeats, Surplus};
use crate::input::InputError;
use crate::input::element::Element;

/// What stands between a topic's community and its own part in its ID.
const MARK: &str = "@TOPIC#_";

/// How topics beyond what their community takes are spread over further ones: `{GroupId}-2`, `{GroupId}-3` and so on.
///
/// Topics fill them by their `CreateTime`, those without one last, and then by their `TopicId`, or by their content where
/// the service names them. In a further community, a `TopicId` begins with that community's ID, and its own part stays
/// as it is. What rows name themselves is no further community of another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spread {
    /// Where an earlier input was put: a topic of it stays in its community, and what is there takes room.
    pub placed: Option<Placed>,
}

/// A community into which topics go that name another one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FurtherCommunity {
    /// The community.
    pub group_id: GroupId,
    /// The community that the rows name.
    pub of: GroupId,
    /// Which of the communities for these rows it is, from 2.
    pub number: u64,
    /// How many topics of the input go there.
    pub topics: u64,
}

/// A row for which no `TopicId` can be made in its further community.
#[derive(Debug)]
pub(crate) struct TooLong {
    pub(crate) line: u64,
    pub(crate) element: Option<Box<Element>>,
    pub(crate) violations: Violations,
}

/// How an input was spread.
#[derive(Debug, Default)]
pub(crate) struct SpreadRows {
    /// By the communities that rows name, and by their numbers.
    pub(crate) further: Vec<FurtherCommunity>,
    /// The rows of communities whose ID is too long for that of a further one.
    pub(crate) without_further: Vec<Surplus>,
    pub(crate) too_long: Vec<TooLong>,
}

/// The further community of this number.
pub(crate) fn further(of: &GroupId, number: u64) -> Result<GroupId, Violations> {
    GroupId::parse(format!("{of}-{number}"))
}

/// A topic in the further community of this number.
pub(crate) fn moved(topic: ImportTopic, number: u64) -> Result<ImportTopic, Violations> {
    let group_id = further(topic.group_id(), number)?;
    let topic_id = match topic.topic_id() {
        Some(id) => {
            let own_part = own_part(id.as_str(), topic.group_id().as_str());
            Some(TopicId::of(&group_id, own_part)?)
        }
        None => None,
    };
    let mut draft = TopicDraft::from(topic);
    draft.group_id = Some(group_id.to_string());
    draft.topic_id = topic_id.map(|id| id.to_string());
    draft.validate()
}

/// What follows the community in a topic's ID.
fn own_part<'a>(topic_id: &'a str, group_id: &str) -> &'a str {
    let rest = topic_id.strip_prefix(group_id);
    let own_part = rest.and_then(|rest| rest.strip_prefix(MARK));
    own_part.unwrap_or_default()
}

/// The community of which this one is a further one, by its ID alone, and its number.
fn first_of(group_id: &str) -> Option<(&str, u64)> {
    let (first, digits) = group_id.rsplit_once('-')?;
    let number: u64 = digits.parse().ok()?;
    (number >= 2 && digits == number.to_string()).then_some((first, number))
}

/// Finds a place for every topic of the communities that are named by more rows than they take, and of those for which
/// an earlier input has topics.
pub(crate) fn spread(
    repeats: &Repeats,
    limit: NonZeroU64,
    settings: &Spread,
    communities: &mut NamedCommunities,
) -> Result<SpreadRows, InputError> {
    let earlier = match &settings.placed {
        Some(placed) => Earlier::read(placed, repeats)?,
        None => Earlier::default(),
    };
    let named: HashSet<GroupId> = communities.group_ids().cloned().collect();
    let spreading: Vec<GroupId> = communities
        .over(limit)
        .chain(named.iter().filter(|group_id| earlier.has(group_id)))
        .cloned()
        .collect();
    let mut found = Found {
        limit: limit.get(),
        named: &named,
        earlier,
        current: None,
        communities,
        rows: SpreadRows::default(),
    };
    let group_ids = spreading.iter().collect::<HashSet<_>>();
    let group_ids = group_ids.into_iter().map(GroupId::as_str);
    repeats
        .spread(group_ids, |topic| found.place(topic))
        .map_err(InputError::of_comparing)?;
    Ok(found.end())
}

/// How many topics of an earlier input are in the communities for the rows of one, by their numbers.
#[derive(Default)]
struct Earlier(HashMap<Box<str>, BTreeMap<u64, u64>>);

impl Earlier {
    fn read(placed: &Placed, repeats: &Repeats) -> Result<Self, InputError> {
        let mut earlier = Self::default();
        placed.each(|group_id, topic_id| {
            earlier
                .take(repeats, group_id, topic_id)
                .map_err(std::io::Error::other)
        })?;
        Ok(earlier)
    }

    /// An ID does not say whether its community is one that rows name, or a further one: it may be either.
    fn take(&mut self, repeats: &Repeats, group_id: &str, topic_id: &str) -> rusqlite::Result<()> {
        let own_part = own_part(topic_id, group_id);
        for (first, number) in [Some((group_id, 1)), first_of(group_id)]
            .into_iter()
            .flatten()
        {
            let taken = self.0.entry(first.into()).or_default();
            *taken.entry(number).or_default() += 1;
            repeats.add_placed(&format!("{first}{MARK}{own_part}"), number)?;
        }
        Ok(())
    }

    fn has(&self, group_id: &GroupId) -> bool {
        self.0.contains_key(group_id.as_str())
    }

    fn of(&self, group_id: &GroupId) -> BTreeMap<u64, u64> {
        self.0.get(group_id.as_str()).cloned().unwrap_or_default()
    }
}

/// The places that were found so far.
struct Found<'a> {
    limit: u64,
    named: &'a HashSet<GroupId>,
    earlier: Earlier,
    /// The community whose topics come.
    current: Option<Spreading>,
    communities: &'a mut NamedCommunities,
    rows: SpreadRows,
}

impl Found<'_> {
    fn place(&mut self, topic: Ranked<'_>) -> Place {
        let is_new = |current: &Spreading| current.group_id.as_str() != topic.group_id;
        if self.current.as_ref().is_none_or(is_new) {
            self.end_current();
        }
        let current = self.current.get_or_insert_with(|| {
            let group_id =
                GroupId::parse(topic.group_id.to_owned()).expect("it is that of a sound row");
            let taken = self.earlier.of(&group_id);
            Spreading::new(group_id, taken)
        });
        let earlier = current.place_of_earlier(topic, self.named);
        let place = earlier.or_else(|| current.next_with_room(self.limit, self.named));
        let place = place.and_then(|number| Some((number, current.community(number)?)));
        let Some((number, group_id)) = place else {
            current.note_without_further(topic);
            return Place::NoFurther;
        };
        match id_in(&group_id, number, topic) {
            Ok(()) => {
                let takes_room = u64::from(earlier.is_none());
                *current.taken.entry(number).or_default() += takes_room;
                current.take(number, group_id, topic.line);
            }
            // It is invalid where it stands.
            Err(violations) => self.rows.too_long.push(TooLong {
                line: topic.line,
                element: Element::of_parts(topic.file, topic.element),
                violations,
            }),
        }
        Place::Community(number)
    }

    fn end_current(&mut self) {
        let Some(current) = self.current.take() else {
            return;
        };
        self.rows.without_further.extend(current.without_further);
        let mut named = Vec::new();
        for (number, community) in current.communities {
            if number > 1 {
                self.rows.further.push(FurtherCommunity {
                    group_id: community.group_id.clone(),
                    of: current.group_id.clone(),
                    number,
                    topics: community.rows,
                });
            }
            named.push(community);
        }
        self.communities.replace(&current.group_id, named);
    }

    fn end(mut self) -> SpreadRows {
        self.end_current();
        self.rows
    }
}

/// The communities for the rows of one, while they are filled.
struct Spreading {
    group_id: GroupId,
    /// How many topics are in each, by its number: of an earlier input, and of this one where that has no place for them.
    taken: BTreeMap<u64, u64>,
    /// Where the next topic goes that has no place yet.
    next: u64,
    /// The communities, and which rows of this input go there.
    communities: BTreeMap<u64, NamedCommunity>,
    without_further: Option<Surplus>,
}

/// Whether a `TopicId` can be made in the community of this number.
fn id_in(group_id: &GroupId, number: u64, topic: Ranked<'_>) -> Result<(), Violations> {
    match topic.topic_id {
        Some(id) if number > 1 => TopicId::of(group_id, own_part(id, topic.group_id)).map(drop),
        _ => Ok(()),
    }
}

impl Spreading {
    fn new(group_id: GroupId, taken: BTreeMap<u64, u64>) -> Self {
        Self {
            group_id,
            taken,
            next: 1,
            communities: BTreeMap::new(),
            without_further: None,
        }
    }

    /// The community of this number; `None` where no ID can be made for it.
    fn community(&self, number: u64) -> Option<GroupId> {
        match number {
            1 => Some(self.group_id.clone()),
            number => further(&self.group_id, number).ok(),
        }
    }

    /// The number of the community that has a topic of an earlier input. One that rows name now was theirs then as well.
    fn place_of_earlier(&self, topic: Ranked<'_>, named: &HashSet<GroupId>) -> Option<u64> {
        topic.placed.filter(|number| {
            let community = self.community(*number);
            *number == 1 || community.is_some_and(|group_id| !named.contains(&group_id))
        })
    }

    fn take(&mut self, number: u64, group_id: GroupId, line: u64) {
        let community = self.communities.entry(number);
        let community = community.or_insert_with(|| NamedCommunity::new(group_id));
        community.add(line);
    }

    /// The first community that has room; `None` where no ID can be made for it.
    fn next_with_room(&mut self, limit: u64, named: &HashSet<GroupId>) -> Option<u64> {
        loop {
            let is_full = self
                .taken
                .get(&self.next)
                .is_some_and(|taken| *taken >= limit);
            let is_of_others = match self.next {
                1 => false,
                number => named.contains(&further(&self.group_id, number).ok()?),
            };
            if !is_full && !is_of_others {
                return Some(self.next);
            }
            self.next += 1;
        }
    }

    fn note_without_further(&mut self, topic: Ranked<'_>) {
        let surplus = self.without_further.get_or_insert_with(|| Surplus {
            group_id: self.group_id.to_string(),
            rows: 0,
            line: u64::MAX,
            file: None,
            element: None,
        });
        surplus.rows += 1;
        if topic.line < surplus.line {
            surplus.line = topic.line;
            surplus.file = topic.file.map(ToOwned::to_owned);
            surplus.element = topic.element.map(ToOwned::to_owned);
        }
    }
}
