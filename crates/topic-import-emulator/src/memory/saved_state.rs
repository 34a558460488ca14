use std::fmt;
use std::fs::File;
use std::path::Path;

use crate::memory::group::GroupProfile;
use crate::memory::groups::Groups;
use crate::memory::state_file;
use crate::memory::state_file_error::StateFileError;
use crate::memory::topic::Topic;
use crate::memory::topics::Topics;

/// The content of a [state file](crate::Builder::state_file), read without an emulator.
///
/// # Format
///
/// A state file is JSON Lines in UTF-8. It has one line for each call that changed something, in the order in which the
/// calls were handled:
///
/// ```json
/// {"tried":"@TGS#_g@TOPIC#_a","imported":{"GroupId":"@TGS#_g","TopicId":"@TGS#_g@TOPIC#_a","TopicName":"a","CreateTime":1448357837}}
/// {"tried":"@TGS#_g@TOPIC#_a"}
/// {"imported":{"GroupId":"@TGS#_g","TopicId":"@TGS#_g@TOPIC#_@TOPIC#c00000000001","TopicName":"b","From_Account":7,"CreateTime":1448357838}}
/// {"destroyed":["@TGS#_g@TOPIC#_a"]}
/// {"imported_group":{"GroupId":"@TGS#_h","Name":"h","SupportTopic":true,"CreateTime":1448357839}}
/// {"destroyed":["@TGS#_g@TOPIC#_@TOPIC#c00000000001"],"destroyed_group":"@TGS#_g"}
/// ```
///
/// | key | meaning |
/// | --- | --- |
/// | `tried` | an `import_topic` asked for this `TopicId`, valid or not, and whatever the result was |
/// | `imported` | this topic was created. Its fields are named as in the API; fields that were not sent are left out, except for `TopicId` and `CreateTime`, which are those that the topic got |
/// | `destroyed` | these topics existed and were destroyed |
/// | `imported_group` | this community was created by an `import_group`. Its fields are named as in the API; fields that were not sent are left out, except for `GroupId` and `CreateTime`, which are those that the community got, and `SupportTopic`, which is always true or false |
/// | `destroyed_group` | this community existed and was destroyed, with the topics that `destroyed` lists |
///
/// A `TopicId` that is `imported` without being `tried` was assigned. Each `TopicId` is imported at most once, unless
/// its topic was destroyed and [its ID became available again](crate::Builder::reuse_destroyed_ids). A line counts only
/// if it ends with a line feed. A last line without one was left by a kill, and its call was not executed.
pub struct SavedState {
    topics: Topics,
    groups: Groups,
}

impl SavedState {
    /// Reads a state file. On systems with advisory locks, such as Unix, this works even while an emulator is using the
    /// file.
    ///
    /// # Errors
    /// The file does not exist or cannot be read, or a line of it was not written by an emulator.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, StateFileError> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|source| StateFileError::Io {
            path: path.to_owned(),
            source,
        })?;
        let (topics, groups, _) = state_file::read(&file, path)?;
        Ok(Self { topics, groups })
    }

    /// The topic with this `TopicId`, if it exists.
    pub fn topic(&self, topic_id: &str) -> Option<Topic> {
        self.topics.topic(topic_id)
    }

    /// All topics, in the order of their `TopicId`s.
    pub fn topics(&self) -> Vec<Topic> {
        self.topics.all()
    }

    /// How many topics there are.
    pub fn topics_len(&self) -> usize {
        self.topics.len()
    }

    /// The community that was imported with this `GroupId`, if there is one.
    pub fn group(&self, group_id: &str) -> Option<GroupProfile> {
        self.groups.profile(group_id).cloned()
    }

    /// How often an `import_topic` asked for this `TopicId`, whether or not the topic exists now.
    pub fn tries(&self, topic_id: &str) -> u32 {
        self.topics.tries(topic_id)
    }
}

impl fmt::Debug for SavedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedState")
            .field("topics", &self.topics_len())
            .finish_non_exhaustive()
    }
}
