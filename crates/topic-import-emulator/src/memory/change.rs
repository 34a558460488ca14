use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::memory::group::GroupProfile;
use crate::memory::groups::Groups;
use crate::memory::topic::Profile;
use crate::memory::topics::{Topics, own_part};

/// Everything that one call changes in the topics and the communities. It is written as one line of a state file, so
/// that it takes effect completely or not at all.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// The `TopicId` for which an import asked, if it asked for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tried: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) imported: Option<Imported>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) imported_group: Option<ImportedGroup>,
    /// The IDs of the destroyed topics, each of them once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) destroyed: Vec<String>,
    /// The ID of the destroyed community. Its topics are among those that are destroyed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destroyed_group: Option<String>,
}

/// A new topic.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Imported {
    #[serde(rename = "GroupId")]
    pub(crate) group_id: String,
    #[serde(rename = "TopicId")]
    pub(crate) topic_id: String,
    #[serde(flatten)]
    pub(crate) profile: Profile,
}

/// A new community.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ImportedGroup {
    #[serde(rename = "GroupId")]
    pub(crate) group_id: String,
    #[serde(flatten)]
    pub(crate) profile: GroupProfile,
}

impl Change {
    pub(crate) fn is_none(&self) -> bool {
        self.tried.is_none()
            && self.imported.is_none()
            && self.imported_group.is_none()
            && self.destroyed.is_empty()
            && self.destroyed_group.is_none()
    }

    /// By how many communities there are more after the change.
    pub(crate) fn increase_of_groups(&self) -> i64 {
        i64::from(self.imported_group.is_some()) - i64::from(self.destroyed_group.is_some())
    }

    /// Applies the change to the topics and the communities. If it does not fit them, part of it may have been applied.
    pub(crate) fn make(self, topics: &mut Topics, groups: &mut Groups) -> Result<(), Misfit> {
        if let Some(Imported {
            group_id,
            topic_id,
            profile,
        }) = self.imported
        {
            if own_part(&group_id, &topic_id).is_none() {
                return Err(Misfit::ForeignTopicId { topic_id, group_id });
            }
            if topics.topic(&topic_id).is_some() {
                return Err(Misfit::AlreadyThere(topic_id));
            }
            if self.tried.is_none() {
                topics.insert_assigned(&group_id, &topic_id, profile);
            } else {
                topics.insert(&group_id, &topic_id, profile);
            }
        }
        if let Some(ImportedGroup { group_id, profile }) = self.imported_group {
            if groups.profile(&group_id).is_some() {
                return Err(Misfit::AlreadyThere(group_id));
            }
            groups.insert(&group_id, profile);
        }
        for topic_id in self.destroyed {
            if !topics.remove(&topic_id) {
                return Err(Misfit::NotThere(topic_id));
            }
        }
        if let Some(group_id) = self.destroyed_group {
            if groups.is_destroyed(&group_id) {
                return Err(Misfit::NotThere(group_id));
            }
            groups.destroy(group_id);
        }
        if let Some(topic_id) = self.tried {
            topics.count_try(&topic_id);
        }
        Ok(())
    }
}

/// Why a change in a state file does not fit the topics and communities before it.
#[derive(Debug, PartialEq, Error)]
pub(crate) enum Misfit {
    #[error("{topic_id:?} is not a TopicId of {group_id:?}")]
    ForeignTopicId { topic_id: String, group_id: String },
    #[error("{0:?} is imported but already exists")]
    AlreadyThere(String),
    #[error("{0:?} is destroyed but does not exist")]
    NotThere(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::topic::Account;

    fn replay(lines: &[&str]) -> Result<Topics, Misfit> {
        let (mut topics, mut groups) = (Topics::default(), Groups::default());
        for line in lines {
            let change: Change = serde_json::from_str(line).unwrap();
            change.make(&mut topics, &mut groups)?;
        }
        Ok(topics)
    }

    const IMPORTED: &str = r#"{"tried":"@TGS#_g@TOPIC#_a","imported":{"GroupId":"@TGS#_g",
        "TopicId":"@TGS#_g@TOPIC#_a","TopicName":"a","From_Account":"7","CreateTime":7}}"#;
    const DESTROYED: &str = r#"{"destroyed":["@TGS#_g@TOPIC#_a"]}"#;

    #[test]
    fn lines_give_the_topics_that_they_tell_of() {
        let tried = r#"{"tried":"nowhere"}"#;
        let topics = replay(&[IMPORTED, tried, DESTROYED, IMPORTED]).unwrap();
        let all = topics.all();
        assert_eq!((all.len(), all[0].tries), (1, 2));
        assert_eq!(all[0].profile.from_account, Some(Account::Text("7".into())));
        assert_eq!(topics.tries("nowhere"), 1);
    }

    #[test]
    fn an_account_keeps_its_form() {
        for (json, account) in [
            ("7", Account::Number(7)),
            (r#""7""#, Account::Text("7".into())),
            ("18446744073709551615", Account::Number(u64::MAX)),
        ] {
            let read: Account = serde_json::from_str(json).unwrap();
            assert_eq!(read, account);
            let written = serde_json::to_string(&account).unwrap();
            assert_eq!(written, json);
        }
    }

    #[test]
    fn what_cannot_have_happened_is_named() {
        let id = || "@TGS#_g@TOPIC#_a".to_owned();
        let group = r#"{"imported_group":{"GroupId":"@TGS#_g","Name":"g","SupportTopic":true,"CreateTime":7}}"#;
        let gone = r#"{"destroyed_group":"@TGS#_g"}"#;
        let cases: [(&[&str], Misfit); 5] = [
            (&[group, group], Misfit::AlreadyThere("@TGS#_g".into())),
            (&[IMPORTED, IMPORTED], Misfit::AlreadyThere(id())),
            (&[DESTROYED], Misfit::NotThere(id())),
            (&[gone, gone], Misfit::NotThere("@TGS#_g".into())),
            (
                &[&IMPORTED.replace(r#""GroupId":"@TGS#_g""#, r#""GroupId":"@TGS#_""#)],
                Misfit::ForeignTopicId {
                    topic_id: id(),
                    group_id: "@TGS#_".into(),
                },
            ),
        ];
        for (lines, misfit) in cases {
            assert_eq!(replay(lines), Err(misfit));
        }
    }
}
