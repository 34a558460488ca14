//! What is wrong with a community, as the service shows it.

use std::fmt;

use topic_import_core::{CallError, Code, GroupInfo, Refusal, escaped};

/// The type of group that has topics.
const COMMUNITY: &str = "Community";
/// How `SupportTopic` says that a community takes topics.
const TAKES_TOPICS: i64 = 1;
/// What the service says of a topic of a community that takes none.
const NO_TOPICS: Code = Code::new(11000);

/// Why a community cannot be relied on to take topics.
#[derive(Debug)]
#[non_exhaustive]
pub enum CommunityFault {
    /// It does not exist.
    Missing,
    /// The group is of this other type.
    OtherType(String),
    /// It was made without topics.
    WithoutTopics,
    /// The service did not say: the call that asked for it alone ended so.
    NotKnown(CallError),
}

impl CommunityFault {
    /// What is wrong with a community that was looked up; `None` where nothing is. What the service does not show counts
    /// as right.
    pub(super) fn of(found: Option<&GroupInfo>) -> Option<Self> {
        let Some(group) = found else {
            return Some(Self::Missing);
        };
        match (&group.group_type, group.support_topic) {
            (Some(other), _) if other != COMMUNITY => Some(Self::OtherType(other.clone())),
            (_, Some(told)) if told != TAKES_TOPICS => Some(Self::WithoutTopics),
            _ => None,
        }
    }

    /// What is wrong with a community for which a whole call failed.
    pub(super) fn of_error(error: CallError) -> Self {
        if error.refusal().is_some_and(Refusal::means_absent) {
            Self::Missing
        } else {
            Self::NotKnown(error)
        }
    }
}

/// What is wrong and how to mend it.
impl fmt::Display for CommunityFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_code = |code: Code| (code.meaning(), code.remedy());
        let (what, remedy) = match self {
            Self::Missing => of_code(Code::NOT_THERE),
            Self::WithoutTopics => of_code(NO_TOPICS),
            Self::OtherType(found) => {
                return write!(
                    f,
                    "the group is of type {}, and only a community has topics: correct GroupId",
                    escaped(found)
                );
            }
            Self::NotKnown(error) => return write!(f, "could not be looked up: {error}"),
        };
        write!(f, "{what}: {remedy}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str) -> GroupInfo {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_community_that_takes_topics_as_far_as_it_is_told_has_no_fault() {
        for json in [
            r#"{"Type":"Community","SupportTopic":1}"#,
            r#"{"Type":"Community"}"#,
            r#"{"SupportTopic":1}"#,
            "{}",
        ] {
            assert!(CommunityFault::of(Some(&shown(json))).is_none(), "{json}");
        }
    }

    #[test]
    fn each_fault_says_what_is_wrong_and_what_to_do() {
        let of = |json| CommunityFault::of(Some(&shown(json))).unwrap().to_string();
        assert_eq!(
            CommunityFault::of(None).unwrap().to_string(),
            "the group does not exist or has been deleted: \
             create the community first, with SupportTopic 1 (import_group), or correct GroupId"
        );
        assert_eq!(
            of(r#"{"Type":"Pub\nlic","SupportTopic":1}"#),
            r"the group is of type Pub\nlic, and only a community has topics: correct GroupId"
        );
        let without_topics = of(r#"{"Type":"Community","SupportTopic":0}"#);
        assert!(
            without_topics.starts_with("the group does not support topics: "),
            "{without_topics}"
        );
    }
}
