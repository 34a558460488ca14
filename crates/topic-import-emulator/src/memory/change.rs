use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::memory::topic::{Account, Profile};
use crate::memory::topics::{Topics, own_part};
use crate::service::operation::{Decision, NewTopic};

/// All that one call changes, as a line of a state file says it: the change is made whole or not at all.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    tried: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    imported: Option<Imported<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    destroyed: Vec<Cow<'a, str>>,
}

impl<'a> Change<'a> {
    /// What a call is about to change in `topics`.
    pub(crate) fn of(
        tried: Option<&'a str>,
        decision: Option<&'a Decision>,
        topics: &Topics,
    ) -> Self {
        let mut change = Self {
            tried: tried.map(Cow::Borrowed),
            ..Self::default()
        };
        match decision {
            Some(Decision::Import(new)) => change.imported = Some(Imported::of(new)),
            Some(Decision::Destroy(destroy)) => {
                let destroyed = destroy.destroyed(topics).into_iter();
                change.destroyed = destroyed.map(Cow::Borrowed).collect();
            }
            Some(Decision::Show(_)) | None => {}
        }
        change
    }

    pub(crate) fn is_none(&self) -> bool {
        self.tried.is_none() && self.imported.is_none() && self.destroyed.is_empty()
    }

    /// Makes the change again. Where it does not fit the topics, some of it may have been made.
    pub(crate) fn replay(self, topics: &mut Topics) -> Result<(), Misfit> {
        if let Some(imported) = self.imported {
            // An import that asks for an ID is a try of it.
            let is_assigned = self.tried.is_none();
            imported.replay(topics, is_assigned)?;
        }
        for topic_id in self.destroyed {
            let Some(group_id) = topics.group_of(&topic_id).map(str::to_owned) else {
                return Err(Misfit::NotThere(topic_id.into()));
            };
            topics.remove(&group_id, &topic_id);
        }
        if let Some(topic_id) = self.tried {
            topics.count_try(&topic_id);
        }
        Ok(())
    }
}

/// A change that no emulator can have made where it stands.
#[derive(Debug, PartialEq, Error)]
pub(crate) enum Misfit {
    #[error("{topic_id:?} is no TopicId of {group_id:?}")]
    ForeignTopicId { topic_id: String, group_id: String },
    #[error("{0:?} is imported, and is there already")]
    AlreadyThere(String),
    #[error("{0:?} is destroyed, and is not there")]
    NotThere(String),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Imported<'a> {
    #[serde(rename = "GroupId")]
    group_id: Cow<'a, str>,
    #[serde(rename = "TopicId")]
    topic_id: Cow<'a, str>,
    #[serde(rename = "TopicName")]
    topic_name: Cow<'a, str>,
    #[serde(rename = "From_Account", skip_serializing_if = "Option::is_none")]
    from_account: Option<FromAccount<'a>>,
    #[serde(rename = "CustomString", skip_serializing_if = "Option::is_none")]
    custom_string: Option<Cow<'a, str>>,
    #[serde(rename = "FaceUrl", skip_serializing_if = "Option::is_none")]
    face_url: Option<Cow<'a, str>>,
    #[serde(rename = "Notification", skip_serializing_if = "Option::is_none")]
    notification: Option<Cow<'a, str>>,
    #[serde(rename = "Introduction", skip_serializing_if = "Option::is_none")]
    introduction: Option<Cow<'a, str>>,
    #[serde(rename = "CreateTime")]
    create_time: u32,
}

impl<'a> Imported<'a> {
    fn of(new: &'a NewTopic) -> Self {
        let profile = &new.profile;
        Self {
            group_id: Cow::Borrowed(&new.group_id),
            topic_id: Cow::Borrowed(&new.topic_id),
            topic_name: Cow::Borrowed(&profile.topic_name),
            from_account: profile.from_account.as_ref().map(FromAccount::of),
            custom_string: profile.custom_string.as_deref().map(Cow::Borrowed),
            face_url: profile.face_url.as_deref().map(Cow::Borrowed),
            notification: profile.notification.as_deref().map(Cow::Borrowed),
            introduction: profile.introduction.as_deref().map(Cow::Borrowed),
            create_time: profile.create_time,
        }
    }

    fn replay(self, topics: &mut Topics, is_assigned: bool) -> Result<(), Misfit> {
        if own_part(&self.group_id, &self.topic_id).is_none() {
            return Err(Misfit::ForeignTopicId {
                topic_id: self.topic_id.into(),
                group_id: self.group_id.into(),
            });
        }
        if topics.group_of(&self.topic_id).is_some() {
            return Err(Misfit::AlreadyThere(self.topic_id.into()));
        }
        let profile = Profile {
            topic_name: self.topic_name.into(),
            from_account: self.from_account.map(Into::into),
            custom_string: self.custom_string.map(Into::into),
            face_url: self.face_url.map(Into::into),
            notification: self.notification.map(Into::into),
            introduction: self.introduction.map(Into::into),
            create_time: self.create_time,
        };
        if is_assigned {
            topics.insert_assigned(&self.group_id, &self.topic_id, profile);
        } else {
            topics.insert(&self.group_id, &self.topic_id, profile);
        }
        Ok(())
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum FromAccount<'a> {
    Number(u64),
    Text(Cow<'a, str>),
}

impl<'a> FromAccount<'a> {
    fn of(account: &'a Account) -> Self {
        match account {
            Account::Number(number) => Self::Number(*number),
            Account::Text(text) => Self::Text(Cow::Borrowed(text)),
        }
    }
}

impl From<FromAccount<'_>> for Account {
    fn from(account: FromAccount<'_>) -> Self {
        match account {
            FromAccount::Number(number) => Self::Number(number),
            FromAccount::Text(text) => Self::Text(text.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replay(lines: &[&str]) -> Result<Topics, Misfit> {
        let mut topics = Topics::default();
        for line in lines {
            let change: Change<'_> = serde_json::from_str(line).unwrap();
            change.replay(&mut topics)?;
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
            let read: FromAccount<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(Account::from(read), account);
            let written = serde_json::to_string(&FromAccount::of(&account)).unwrap();
            assert_eq!(written, json);
        }
    }

    #[test]
    fn what_cannot_have_happened_is_named() {
        let id = || "@TGS#_g@TOPIC#_a".to_owned();
        let cases: [(&[&str], Misfit); 3] = [
            (&[IMPORTED, IMPORTED], Misfit::AlreadyThere(id())),
            (&[DESTROYED], Misfit::NotThere(id())),
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
