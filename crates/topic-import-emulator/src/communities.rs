use std::collections::HashMap;

use crate::code;
use crate::community::Community;
use crate::refusal::Refusal;

/// Which communities there are, and in which condition.
#[derive(Debug, Clone)]
pub(crate) struct Communities {
    listed: HashMap<Box<str>, Community>,
    accept_unlisted: bool,
}

/// Any community: one comes into being when it is first named.
impl Default for Communities {
    fn default() -> Self {
        Self {
            listed: HashMap::new(),
            accept_unlisted: true,
        }
    }
}

impl Communities {
    /// From now on there are only those that are listed.
    pub(crate) fn only_listed(&mut self) {
        self.accept_unlisted = false;
    }

    pub(crate) fn set(&mut self, group_id: &str, community: Community) {
        self.listed.insert(group_id.into(), community);
    }

    /// How many topics the community takes; refused where it takes none at all.
    pub(crate) fn capacity(&self, group_id: &str) -> Result<usize, Refusal> {
        match self.listed.get(group_id) {
            Some(Community::Normal) => Ok(usize::MAX),
            Some(Community::FullAt(topics)) => Ok(*topics),
            Some(Community::WithoutTopics) => Err(Refusal::new(
                code::NO_TOPIC_SUPPORT,
                "the group does not support topics",
            )),
            None if self.accept_unlisted => Ok(usize::MAX),
            Some(Community::Deleted) | None => Err(Refusal::new(
                code::NO_SUCH_GROUP,
                "the group does not exist or has been deleted",
            )),
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
            communities.capacity(id).map_err(|refusal| refusal.code)
        };
        assert_eq!(capacity(&communities, "normal"), Ok(usize::MAX));
        assert_eq!(capacity(&communities, "deleted"), Err(10010));
        assert_eq!(capacity(&communities, "plain"), Err(11000));
        assert_eq!(capacity(&communities, "full"), Ok(3));
        assert_eq!(capacity(&communities, "unlisted"), Ok(usize::MAX));
        communities.only_listed();
        assert_eq!(capacity(&communities, "unlisted"), Err(10010));
        assert_eq!(capacity(&communities, "normal"), Ok(usize::MAX));
    }
}
