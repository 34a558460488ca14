use std::collections::{HashMap, HashSet};

use crate::memory::groups::Groups;
use crate::service::code;
use crate::service::community::Community;
use crate::service::daily_increase::DailyIncrease;
use crate::service::refusal::Refusal;

/// Which communities exist, in which condition each of them is, and which can be made.
#[derive(Debug, Clone)]
pub(crate) struct Communities {
    listed: HashMap<Box<str>, Community>,
    accept_unlisted: bool,
    /// How many topics a community accepts unless its condition sets another limit.
    topics_each: usize,
    /// The accounts that can own a community; `None` if every account can.
    owners: Option<HashSet<String>>,
    pub(crate) daily_increase: DailyIncrease,
}

/// Every community exists and accepts 200 topics \[L\].
impl Default for Communities {
    fn default() -> Self {
        Self {
            listed: HashMap::new(),
            accept_unlisted: true,
            topics_each: 200,
            owners: None,
            daily_increase: DailyIncrease::default(),
        }
    }
}

impl Communities {
    /// From now on, only the communities exist whose condition is set.
    pub(crate) fn only_listed(&mut self) {
        self.accept_unlisted = false;
    }

    /// Whether a community exists whose condition is not set.
    pub(crate) fn accepts_unlisted(&self) -> bool {
        self.accept_unlisted
    }

    /// Sets how many topics a community accepts; `None` for no limit.
    pub(crate) fn limit_topics(&mut self, each: Option<usize>) {
        self.topics_each = each.unwrap_or(usize::MAX);
    }

    /// Sets the accounts that can own a community.
    pub(crate) fn only_owners(&mut self, accounts: impl IntoIterator<Item = String>) {
        self.owners = Some(accounts.into_iter().collect());
    }

    pub(crate) fn check_owner(&self, account: &str) -> Result<(), Refusal> {
        match &self.owners {
            Some(owners) if !owners.contains(account) => Err(Refusal::new(
                code::NO_SUCH_ACCOUNT,
                "the account of Owner_Account does not exist",
            )),
            _ => Ok(()),
        }
    }

    pub(crate) fn set(&mut self, group_id: &str, community: Community) {
        self.listed.insert(group_id.into(), community);
    }

    /// The condition that was set for a community, if any.
    pub(crate) fn listed(&self, group_id: &str) -> Option<Community> {
        self.listed.get(group_id).copied()
    }

    /// How many topics the community accepts, or why calls for it are refused. A condition that was set for it
    /// overrides the `SupportTopic` with which it was imported, but does not bring back what was destroyed.
    pub(crate) fn capacity(&self, group_id: &str, groups: &Groups) -> Result<usize, Refusal> {
        let gone = || {
            let info = "the group does not exist or has been deleted";
            Refusal::new(code::NO_SUCH_GROUP, info)
        };
        if groups.is_destroyed(group_id) {
            return Err(gone());
        }
        let condition = self.listed(group_id).or_else(|| {
            let profile = groups.profile(group_id)?;
            Some(if profile.support_topic {
                Community::Normal
            } else {
                Community::WithoutTopics
            })
        });
        match condition {
            Some(Community::Normal) => Ok(self.topics_each),
            Some(Community::FullAt(topics)) => Ok(topics),
            Some(Community::WithoutTopics) => Err(Refusal::new(
                code::NO_TOPIC_SUPPORT,
                "the group does not support topics",
            )),
            None if self.accept_unlisted => Ok(self.topics_each),
            Some(Community::Deleted) | None => Err(gone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_condition_has_its_answer() {
        let mut communities = Communities::default();
        for (id, community) in [
            ("normal", Community::Normal),
            ("deleted", Community::Deleted),
            ("plain", Community::WithoutTopics),
            ("full", Community::FullAt(3)),
        ] {
            communities.set(id, community);
        }
        let capacity = |communities: &Communities, id| {
            communities
                .capacity(id, &Groups::default())
                .map_err(|refusal| refusal.code)
        };
        assert_eq!(capacity(&communities, "normal"), Ok(200));
        assert_eq!(capacity(&communities, "deleted"), Err(10010));
        assert_eq!(capacity(&communities, "plain"), Err(11000));
        assert_eq!(capacity(&communities, "full"), Ok(3));
        assert_eq!(capacity(&communities, "unlisted"), Ok(200));
        communities.only_listed();
        assert_eq!(capacity(&communities, "unlisted"), Err(10010));
        assert_eq!(capacity(&communities, "normal"), Ok(200));
    }

    #[test]
    fn all_take_as_many_topics_as_they_are_told_but_for_those_with_a_number_of_their_own() {
        let mut communities = Communities::default();
        communities.set("full", Community::FullAt(3));
        communities.set("normal", Community::Normal);
        let of = |communities: &Communities, id| communities.capacity(id, &Groups::default());
        for (each, capacity) in [(Some(7), 7), (None, usize::MAX)] {
            communities.limit_topics(each);
            assert_eq!(of(&communities, "normal"), Ok(capacity));
            assert_eq!(of(&communities, "unlisted"), Ok(capacity));
            assert_eq!(of(&communities, "full"), Ok(3));
        }
    }
}
