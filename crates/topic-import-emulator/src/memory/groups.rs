use std::collections::BTreeMap;

use crate::memory::group::GroupProfile;

/// The communities that were imported or destroyed, by their IDs.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Groups {
    ids: BTreeMap<String, Slot>,
    /// Whether the ID of a destroyed community can be taken again.
    reuses_destroyed_ids: bool,
}

/// What a `GroupId` stands for.
#[derive(Debug, PartialEq)]
enum Slot {
    Group(GroupProfile),
    Destroyed,
}

impl Groups {
    /// From now on, makes the IDs of destroyed communities available again.
    pub(crate) fn reuse_destroyed_ids(&mut self) {
        self.reuses_destroyed_ids = true;
    }

    pub(crate) fn len(&self) -> usize {
        let is_group = |slot: &&Slot| matches!(slot, Slot::Group(_));
        self.ids.values().filter(is_group).count()
    }

    pub(crate) fn profile(&self, group_id: &str) -> Option<&GroupProfile> {
        match self.ids.get(group_id)? {
            Slot::Group(profile) => Some(profile),
            Slot::Destroyed => None,
        }
    }

    /// Whether the community was destroyed, and not imported again since.
    pub(crate) fn is_destroyed(&self, group_id: &str) -> bool {
        matches!(self.ids.get(group_id), Some(Slot::Destroyed))
    }

    /// Whether the ID cannot be used because its community was destroyed.
    pub(crate) fn is_used_up(&self, group_id: &str) -> bool {
        self.is_destroyed(group_id) && !self.reuses_destroyed_ids
    }

    /// Adds a community. Its ID must not be in use.
    pub(crate) fn insert(&mut self, group_id: &str, profile: GroupProfile) {
        let slot = Slot::Group(profile);
        self.ids.insert(group_id.to_owned(), slot);
    }

    /// Destroys a community, whether or not it was imported.
    pub(crate) fn destroy(&mut self, group_id: String) {
        self.ids.insert(group_id, Slot::Destroyed);
    }

    /// The next `GroupId` to assign, in the form of the documents' samples \[IG\]. IDs of this form that an app has
    /// chosen are skipped.
    pub(crate) fn next_id(&self, is_taken: impl Fn(&str) -> bool) -> String {
        let mut number = self.ids.len();
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
                app_defined_data: Vec::new(),
                create_time: 7,
            };
            groups.insert(&id, profile);
        }
        assert_eq!(groups.len(), 2);
        groups.destroy("@TGS#_@TGS#c00000000001".to_owned());
        assert_eq!(groups.len(), 1);
        let id = groups.next_id(|id| id == chosen || groups.is_used_up(id));
        assert_eq!(id, "@TGS#_@TGS#c00000000003");
    }
}
