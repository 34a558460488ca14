//! Collects the communities that the rows of an input belong to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroU64;

use topic_import_core::GroupId;

use crate::request::Community;

/// For how many of a community's rows the line is remembered.
const LINES: usize = 3;

/// A community that rows of an input belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedCommunity {
    /// The ID of the community.
    pub group_id: GroupId,
    /// How many rows without problems of their own it has, including those that repeat an earlier row or exceed the
    /// limit of topics.
    pub rows: u64,
    /// The lines on which the first rows begin, three at most.
    pub first_lines: Vec<u64>,
}

impl NamedCommunity {
    pub(crate) const fn new(group_id: GroupId) -> Self {
        Self {
            group_id,
            rows: 0,
            first_lines: Vec::new(),
        }
    }

    /// Takes a row; rows may come in any order.
    pub(crate) fn add(&mut self, line: u64) {
        self.rows += 1;
        self.add_line(line);
    }

    fn take_rows_of(&mut self, other: &Self) {
        self.rows += other.rows;
        for line in &other.first_lines {
            self.add_line(*line);
        }
    }

    fn add_line(&mut self, line: u64) {
        let place = self.first_lines.partition_point(|first| *first <= line);
        if place < LINES {
            self.first_lines.insert(place, line);
            self.first_lines.truncate(LINES);
        }
    }
}

/// Collects the communities while rows are read. Memory grows with the number of communities, not of rows.
#[derive(Debug, Default)]
pub(crate) struct NamedCommunities(HashMap<GroupId, NamedCommunity>);

impl NamedCommunities {
    /// Takes a sound row.
    pub(crate) fn add(&mut self, group_id: &GroupId, line: u64) {
        if let Some(community) = self.0.get_mut(group_id) {
            community.add(line);
            return;
        }
        let mut community = NamedCommunity::new(group_id.clone());
        community.add(line);
        self.0.insert(group_id.clone(), community);
    }

    /// Has the rows of a community in others.
    pub(crate) fn replace(&mut self, group_id: &GroupId, by: Vec<NamedCommunity>) {
        self.0.remove(group_id);
        for community in by {
            self.0
                .entry(community.group_id.clone())
                .and_modify(|there| there.take_rows_of(&community))
                .or_insert(community);
        }
    }

    pub(crate) fn group_ids(&self) -> impl Iterator<Item = &GroupId> {
        self.0.keys()
    }

    /// The communities that more rows name than this.
    pub(crate) fn over(&self, limit: NonZeroU64) -> impl Iterator<Item = &GroupId> {
        let is_over = move |community: &&NamedCommunity| community.rows > limit.get();
        let over = self.0.values().filter(is_over);
        over.map(|community| &community.group_id)
    }

    /// Whether any community has more rows than this.
    pub(crate) fn any_over(&self, limit: NonZeroU64) -> bool {
        self.over(limit).next().is_some()
    }

    /// Removes these communities.
    pub(crate) fn remove<'a>(&mut self, communities: impl Iterator<Item = &'a Community>) {
        for community in communities {
            self.0.remove(community.group_id());
        }
    }

    /// The communities in the order in which they first appear in the input.
    pub(crate) fn in_order(self) -> Vec<NamedCommunity> {
        let mut communities: Vec<_> = self.0.into_values().collect();
        communities.sort_by(|a, b| {
            let key = |community: &NamedCommunity| community.first_lines.first().copied();
            (key(a), &a.group_id).cmp(&(key(b), &b.group_id))
        });
        communities
    }
}

/// Groups of IDs, out of these, that differ from each other in nothing but upper and lower case.
pub(crate) fn alike_but_for_case<'a>(
    group_ids: impl Iterator<Item = &'a GroupId>,
) -> Vec<Vec<String>> {
    let mut by_letters: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for group_id in group_ids {
        let id = group_id.as_str();
        by_letters
            .entry(id.to_ascii_lowercase())
            .or_default()
            .insert(id);
    }
    let alike = by_letters.into_values().filter(|ids| ids.len() > 1);
    alike
        .map(|ids| ids.into_iter().map(ToOwned::to_owned).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(id: &str, rows: u64, first_lines: &[u64]) -> NamedCommunity {
        NamedCommunity {
            group_id: GroupId::parse(id).unwrap(),
            rows,
            first_lines: first_lines.to_vec(),
        }
    }

    #[test]
    fn communities_come_with_their_rows_in_the_order_of_the_input() {
        let mut communities = NamedCommunities::default();
        for (line, id) in (2..).zip(["@TGS#_b", "@TGS#_a", "@TGS#_b", "@TGS#_b", "@TGS#_b"]) {
            communities.add(&GroupId::parse(id).unwrap(), line);
        }
        assert!(communities.any_over(NonZeroU64::new(3).unwrap()));
        assert!(!communities.any_over(NonZeroU64::new(4).unwrap()));
        assert_eq!(
            communities.in_order(),
            [named("@TGS#_b", 4, &[2, 4, 5]), named("@TGS#_a", 1, &[3])]
        );
    }
}
