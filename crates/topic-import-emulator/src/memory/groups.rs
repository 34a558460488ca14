use std::collections::BTreeMap;

use crate::memory::group::GroupProfile;

/// The communities that were imported, by their IDs.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Groups(BTreeMap<String, GroupProfile>);

impl Groups {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn profile(&self, group_id: &str) -> Option<&GroupProfile> {
        self.0.get(group_id)
    }

    /// Adds a community. Its ID must not be in use.
    pub(crate) fn insert(&mut self, group_id: &str, profile: GroupProfile) {
        self.0.insert(group_id.to_owned(), profile);
    }

    /// The next `GroupId` to assign, in the form of the documents' samples \[IG\]. IDs of this form that an app has
    /// chosen are skipped.
    pub(crate) fn next_id(&self, is_taken: impl Fn(&str) -> bool) -> String {
        let mut number = self.len();
        loop {
            number += 1;
            let id = format!("@TGS#_@TGS#c{number:011}");
            if !is_taken(&id) {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assigned_ids_differ_and_pass_over_those_that_are_taken() {
        let mut groups = Groups::default();
        let chosen = "@TGS#_@TGS#c00000000002";
        for expected in ["@TGS#_@TGS#c00000000001", "@TGS#_@TGS#c00000000003"] {
            let id = groups.next_id(|id| id == chosen || groups.profile(id).is_some());
            assert_eq!(id, expected);
            let profile = GroupProfile {
                name: "a".into(),
                support_topic: true,
                owner_account: None,
                introduction: None,
                notification: None,
                face_url: None,
                max_member_count: None,
                create_time: 7,
            };
            groups.insert(&id, profile);
        }
        assert_eq!(groups.len(), 2);
    }
}
