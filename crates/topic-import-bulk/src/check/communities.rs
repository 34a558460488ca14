//! Which communities the rows of an input name.

use std::collections::HashMap;
use std::num::NonZeroU64;

use topic_import_core::GroupId;

use crate::request::Community;

/// How many of a community's rows are remembered by their line.
const LINES: usize = 3;

/// A community that rows of an input name, and which rows do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedCommunity {
    /// The community.
    pub group_id: GroupId,
    /// How many sound rows name it, those included that another row makes invalid.
    pub rows: u64,
    /// The lines on which the first of them begin, three at most.
    pub first_lines: Vec<u64>,
}

/// The communities that rows name, as they are read. Memory grows with the communities, not with the rows.
#[derive(Debug, Default)]
pub(crate) struct NamedCommunities(HashMap<GroupId, NamedCommunity>);

impl NamedCommunities {
    /// Takes a sound row, in the order of the input.
    pub(crate) fn add(&mut self, group_id: &GroupId, line: u64) {
        if let Some(community) = self.0.get_mut(group_id) {
            community.rows += 1;
            if community.first_lines.len() < LINES {
                community.first_lines.push(line);
            }
            return;
        }
        let community = NamedCommunity {
            group_id: group_id.clone(),
            rows: 1,
            first_lines: vec![line],
        };
        self.0.insert(group_id.clone(), community);
    }

    /// Whether any community has more rows than this.
    pub(crate) fn any_over(&self, limit: NonZeroU64) -> bool {
        self.0
            .values()
            .any(|community| community.rows > limit.get())
    }

    /// Leaves these out.
    pub(crate) fn remove<'a>(&mut self, communities: impl Iterator<Item = &'a Community>) {
        for community in communities {
            self.0.remove(community.group_id());
        }
    }

    /// The communities in the order in which the input names them first.
    pub(crate) fn in_order(self) -> Vec<NamedCommunity> {
        let mut communities: Vec<_> = self.0.into_values().collect();
        communities.sort_by(|a, b| {
            let key = |community: &NamedCommunity| community.first_lines.first().copied();
            (key(a), &a.group_id).cmp(&(key(b), &b.group_id))
        });
        communities
    }
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
